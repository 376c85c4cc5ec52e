/** Each event in one short line. */
import { styleText } from 'node:util';
import type { Receipt, UpstreamEvent } from '../../event.ts';
import type { ServeEvent, Totals } from './event.ts';

type Style = 'dim' | 'green' | 'yellow' | 'red' | 'bold' | 'cyan';

interface Told {
  text: string;
  style?: Style;
}

/** `12:03:04.123 #1 answered "a" with "a" (1 byte)`, without a line end. The time is local. */
export function lineOf(event: ServeEvent, { colour }: { colour: boolean }): string {
  const { text, style } = event.source === 'serve' ? ownWords(event) : words(event);
  const paint = (name: Style, part: string) =>
    colour && part !== '' ? styleText(name, part) : part;
  const who = 'ordinal' in event && event.ordinal !== undefined ? `#${event.ordinal} ` : '';
  const what = style ? paint(style, printable(text)) : printable(text);
  return `${paint('dim', timeOf(event.atUs))} ${paint('bold', who)}${what}`;
}

function timeOf(atUs: number): string {
  const at = new Date(atUs / 1000);
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()];
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${clock.map((part) => String(part).padStart(2, '0')).join(':')}.${ms}`;
}

function words(event: UpstreamEvent): Told {
  switch (event.type) {
    case 'listening':
      return { text: `listening on ${event.address}`, style: 'bold' };
    case 'listener':
      return { text: `fired: ${event.text}${receiptsText(event.receipts)}`, style: 'yellow' };
    case 'filler':
      return { text: `fills the accept queue: ${event.address}`, style: 'dim' };
    case 'accepted':
      return { text: `accepted ${event.tuple.split('->')[0]}`, style: 'green' };
    case 'received':
      return { text: `received ${spoken(event.key)} (${bytesText(event.bytes)})` };
    case 'executed':
      return { text: `executed ${spoken(event.key)}`, style: 'dim' };
    case 'served': {
      const { answer, bytes, key } = event;
      return { text: `answered ${spoken(key)} with ${spoken(answer)} (${bytesText(bytes)})` };
    }
    case 'fired': {
      const { receipts, text, waitedMs } = event;
      const wholeMs = Math.round(waitedMs ?? 0);
      const waited = wholeMs === 0 ? '' : `, waited ${wholeMs} ms`;
      const told = `fired: ${text}${receiptsText(receipts)}${waited}`;
      return { text: told, style: receipts.length > 0 ? 'yellow' : 'cyan' };
    }
    case 'unfired':
      return { text: `never fired: ${event.text}, because ${event.reason}`, style: 'red' };
    case 'unreached':
      return { text: `never fired: ${event.text}, because nobody connected`, style: 'red' };
    case 'log':
      return { text: event.text };
    case 'failed':
      return { text: `pipewrench itself failed: ${event.reason}`, style: 'red' };
    case 'malformed':
      return { text: `the client sent what is no message: ${event.reason}`, style: 'red' };
    case 'peer-eof':
      return { text: 'the client closed', style: 'green' };
    case 'peer-error':
      return { text: `the client is gone: ${event.error}`, style: 'red' };
  }
}

function ownWords(event: Exclude<ServeEvent, UpstreamEvent>): Told {
  switch (event.type) {
    case 'control':
      return { text: `control port at ${event.address}`, style: 'bold' };
    case 'gate':
      return { text: `gate ${spoken(event.gate)} opened by ${event.by}`, style: 'cyan' };
    case 'forgotten':
      return { text: `${event.events} older events are no longer kept`, style: 'dim' };
    case 'summary':
      return { text: totalsText(event), style: 'bold' };
  }
}

function totalsText({ connections, stepsFired, stepsNeverFired }: Totals): string {
  return [
    counted(connections, 'connection'),
    `${counted(stepsFired, 'step')} fired`,
    `${counted(stepsNeverFired, 'step')} never fired`,
  ].join(', ');
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
const bytesText = (count: number) => counted(count, 'byte');

/** ` -> FIN at seq 4`: what a capture must show. Sequence numbers are relative to the SYN. */
function receiptsText(receipts: readonly Receipt[]): string {
  if (receipts.length === 0) return '';
  const shown = receipts.slice(0, receiptsMax).map(receiptText);
  const rest = receipts.length - shown.length;
  return ` -> ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

const receiptsMax = 4;

function receiptText(receipt: Receipt): string {
  switch (receipt.segment) {
    case 'FIN':
    case 'RST':
      return `${receipt.segment} at seq ${receipt.relativeSeq}`;
    case 'DATA':
      return `${bytesText(receipt.length)} at seq ${receipt.relativeSeq}`;
    case 'SILENCE':
      return 'silence';
    case 'ZERO-WINDOW':
      return 'a window of 0';
    case 'WINDOW':
      return 'a window again';
    case 'REFUSED':
      return 'a SYN answered by RST';
    case 'UNANSWERED-SYN':
      return 'a SYN that nothing answers';
    case 'LOST':
      return `lost ${receipt.flag ?? 'segments'}`;
  }
}

const spokenMax = 60;

/** Quoted as in JSON, and cut. */
function spoken(text: string): string {
  return JSON.stringify(text.length <= spokenMax ? text : `${text.slice(0, spokenMax)}...`);
}

/** Characters that act instead of being drawn: a terminal obeys them. */
const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A client sends what it likes, and it must not reach a terminal as it is. */
export function printable(text: string): string {
  return text.replace(
    acting,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
