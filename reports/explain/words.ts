/** Phrases about a capture that several reports share. What comes off the wire is printable in them. */
import { type DiagnosisName, diagnosisNames } from '../../explain/diagnosis.ts';
import type { Explained, ExplainedConnection } from '../../explain/result.ts';
import { printable } from '../text/printable.ts';
import { durationText } from '../words.ts';

export type Gravity = 'bad' | 'notice' | 'plain';

/** Nobody's request failed of these. */
const gravities: Partial<Record<DiagnosisName, Gravity>> = {
  'packets-lost': 'notice',
  'slow-answer': 'notice',
  'truncated-answer': 'notice',
  'idle-close': 'plain',
};

export const gravityOf = (name: DiagnosisName): Gravity => gravities[name] ?? 'bad';

const weightOf = ({ findings: [first] }: ExplainedConnection) =>
  first ? diagnosisNames.indexOf(first.name) : diagnosisNames.length;

/** Those with the same diagnosis stay in their order. */
export const worstFirst = (connections: readonly ExplainedConnection[]) =>
  [...connections].sort((a, b) => weightOf(a) - weightOf(b));

export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

/** As it is typed after --connection, and as reports call it: `3`, `udp:3`. */
export const idOf = ({ transport, number }: ExplainedConnection) =>
  transport === 'udp' ? `udp:${number}` : String(number);

export const fileText = (file: string) => (file === '-' ? 'standard input' : printable(file));

/** `33 packets`, `over 11.2 s`, `3 connections`, ... */
export function factsOf({ capture, connections }: Explained): string[] {
  const { first, last, format, frames, othersFrames, drops } = capture;
  return [
    format,
    counted(frames, 'packet'),
    ...(first && last ? [`over ${durationText(spanMs(first.atUs, last.atUs))}`] : []),
    counted(connections.tcp, 'TCP connection'),
    ...(connections.udp > 0 ? [`${connections.udp} over UDP`] : []),
    ...(othersFrames > 0 ? [`${counted(othersFrames, 'packet')} of other kinds`] : []),
    ...(drops === 0 ? ['none dropped'] : []),
  ];
}

/** Clocks are set back now and then. */
const spanMs = (fromUs: number, toUs: number) => Math.max(0, toUs - fromUs) / 1000;

export const sinceStart = ({ capture }: Explained, atUs: number): string => {
  const ms = (atUs - (capture.first?.atUs ?? atUs)) / 1000;
  return ms < 0 ? `-${durationText(-ms)}` : `+${durationText(ms)}`;
};

/** `2026-11-21 13:04:12 UTC`; empty when the capture has no packet. */
export function startText({ capture: { first } }: Explained): string {
  if (!first) return '';
  const date = new Date(first.atUs / 1000);
  // Any 32-bit number of seconds is a date, but a damaged file may hold what is none.
  return Number.isNaN(date.getTime())
    ? ''
    : date.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
}

/** `client TIME-WAIT, upstream CLOSED`; nothing over UDP. */
export function statesText({ client, upstream }: ExplainedConnection): string {
  return client.state === null || upstream.state === null
    ? ''
    : `client ${client.state}, upstream ${upstream.state}`;
}

/** Who closed first, and how; nothing over UDP. */
export function closedText({ closed, transport }: ExplainedConnection): string {
  if (transport === 'udp') return '';
  if (!closed) return 'nobody closed it';
  return `the ${closed.by} closed first, ${closed.flag} in frame ${closed.frame}`;
}

/** What is missing of the evidence; empty when nothing is. */
export function gapsOf({ capture: { stopped, drops }, connections, shown }: Explained): string[] {
  const guessed = shown.filter(({ isGuessed }) => isGuessed).length;
  const hidden = connections.tcp + connections.udp - shown.length;
  return [
    ...(stopped
      ? [`reading stopped at byte ${stopped.offsetBytes}: ${printable(stopped.reason)}`]
      : []),
    ...(drops ? [`${counted(drops, 'packet')} were dropped by the recorder`] : []),
    ...(guessed > 0
      ? [
          `${counted(guessed, 'connection')} began before the capture: which end is the client is guessed`,
        ]
      : []),
    ...(hidden > 0 ? [`${counted(hidden, 'connection')} not shown`] : []),
  ];
}
