/** The frontend/backend protocol of PostgreSQL, version 3: chapter 55 of its manual. */
import type { Moment } from '../moment.ts';
import type { Dialogue, Listener } from './dialogue.ts';
import { handingOver } from './handover.ts';
import { ledger } from './ledger.ts';
import { MessageReader } from './reader.ts';
import { tlsDialogue } from './tls.ts';

const startupCodes: ReadonlySet<number> = new Set([196_608, 80_877_103, 80_877_104]);
/** `S`, to a request for encryption. */
const agreed = 0x53;
const codeSsl = 80_877_103;
const codeGss = 80_877_104;
const messageBytesMax = 1024 * 1024 * 1024;

export function looksLikePostgres(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < 8) return false;
  const length = bytes.readUInt32BE(at);
  return length >= 8 && length < 10_000 && startupCodes.has(bytes.readUInt32BE(at + 4));
}

/** Query and Sync: what ReadyForQuery answers. */
const asking = new Set(['Q', 'S']);

/** @param isWithStartup The client's first messages are in the capture. */
export function postgresDialogue(listener: Listener): Dialogue {
  const requests = ledger(listener);
  let now: Moment = { frame: 0, atUs: 0 };
  let isStarted = false;
  /** One byte answers a request for encryption. */
  let isByteOwed = false;
  let secured: Dialogue | undefined;
  let isReady = false;
  let isLeaving = false;
  let statement = '';

  const onStartup = (bytes: Buffer, at: number) => {
    const code = bytes.readUInt32BE(at + 4);
    isByteOwed = code === codeSsl || code === codeGss;
    isStarted = !isByteOwed;
    requests.ask('', now);
  };
  const onMessage = (bytes: Buffer, at: number, length: number) => {
    const type = String.fromCharCode(bytes[at] as number);
    const text = () => {
      const body = bytes.toString('utf8', at + 5, Math.min(bytes.length, at + length));
      return body.replaceAll('\0', ' ').trim();
    };
    if (type === 'X') isLeaving = true;
    if (type === 'P') statement = text();
    if (asking.has(type)) requests.ask(type === 'Q' ? text() : statement || 'Sync', now);
  };
  const client = new MessageReader({
    headLength: 5,
    lengthOf: (bytes, at) => {
      const length = isStarted ? bytes.readUInt32BE(at + 1) + 1 : bytes.readUInt32BE(at);
      return length > messageBytesMax ? 0 : length;
    },
    onMessage: (bytes, at, length) => {
      if (isStarted) onMessage(bytes, at, length);
      else onStartup(bytes, at);
    },
    onBroken: () => {},
  });
  const upstream = new MessageReader({
    headLength: 5,
    lengthOf: (bytes, at) => {
      const length = bytes.readUInt32BE(at + 1) + 1;
      return length > messageBytesMax ? 0 : length;
    },
    onMessage: (bytes, at, length) => {
      const type = String.fromCharCode(bytes[at] as number);
      if (type === 'Z') {
        isReady = true;
        requests.answer(now);
      }
      if (type !== 'E' || requests.owed().length > 0) return;
      const text = bytes.toString('latin1', at + 5, Math.min(bytes.length, at + length));
      listener.note('farewell', text.replaceAll('\0', ' ').trim(), now);
    },
    onBroken: () => listener.note('malformed-answer', 'what comes back is no message', now),
  });
  const plain: Dialogue = {
    protocol: 'postgres',
    take(from, bytes, start, end, { frame, atUs }) {
      now = { frame, atUs };
      if (from === 'client') return client.take(bytes, start, end);
      let at = start;
      if (isByteOwed && at < end) {
        isByteOwed = false;
        if (bytes[at] === agreed) secured = tlsDialogue(listener);
        requests.answer(now);
        at += 1;
      }
      upstream.take(bytes, at, end);
    },
    owed: requests.owed,
    isInside: (side) => (side === 'client' ? client : upstream).isInside(),
    isOpening: () => !isReady,
    mayClose: () => isLeaving,
  };
  return handingOver(plain, () => secured);
}
