/** The client/server protocol of MySQL: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html */
import type { Moment } from '../moment.ts';
import type { Dialogue, Listener } from './dialogue.ts';
import { handingOver } from './handover.ts';
import { ledger } from './ledger.ts';
import { MessageReader } from './reader.ts';
import { tlsDialogue } from './tls.ts';

const headLength = 4;
const protocolVersion = 10;
const firstByte = { ok: 0x00, localInfile: 0xfb, eof: 0xfe, error: 0xff } as const;
const commands = {
  quit: 0x01,
  query: 0x03,
  prepare: 0x16,
  sendLongData: 0x18,
  close: 0x19,
} as const;
/** They are not answered. */
const silent: ReadonlySet<number> = new Set([commands.quit, commands.sendLongData, commands.close]);
/** CLIENT_DEPRECATE_EOF: no EOF packet between definitions and rows. */
const deprecateEofBit = 1 << 24;
/** CLIENT_SSL: what follows a login that ends behind its flags is TLS. */
const sslBit = 1 << 11;
const sslRequestLength = headLength + 32;
/** SERVER_MORE_RESULTS_EXISTS */
const moreResultsBit = 1 << 3;
/** An EOF packet is shorter than any row that begins with the same byte. */
const eofLengthMax = 9;

/** The upstream speaks first: a handshake of version 10, or an error in its place. */
export function looksLikeMysqlGreeting(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < headLength) return false;
  const length = bytes.readUIntLE(at, 3);
  // Cut right behind its head it still looks like nothing else.
  const first = end - at === headLength ? protocolVersion : bytes[at + headLength];
  const isGreeting = first === protocolVersion || first === firstByte.error;
  return bytes[at + 3] === 0 && isGreeting && length > 8 && length < 512;
}

/** What is to come yet of an answer. */
type Expecting =
  | 'authentication'
  /** OK, an error, or a number of columns. */
  | 'first'
  | 'definitions'
  | 'rows'
  | 'nothing';

const endings: ReadonlySet<number> = new Set([firstByte.ok, firstByte.error, firstByte.eof]);
/** The answer to a statement that is prepared tells two counts. */
const preparedLengthMin = headLength + 9;

/** EOF, or the OK that has taken its place. */
function isLastOfRows(first: number, length: number, hasEof: boolean): boolean {
  return first === firstByte.eof && (!hasEof || length < headLength + eofLengthMax);
}

/** Behind two counts in an OK, behind the warnings in an EOF. Counts of more than a byte are not read. */
function statusIn(bytes: Buffer, at: number, length: number): number {
  const isEof = bytes[at + headLength] === firstByte.eof && length < headLength + 7;
  const largest = Math.max(bytes[at + headLength + 1] ?? 0, bytes[at + headLength + 2] ?? 0);
  if (length < headLength + 5 || (!isEof && largest >= firstByte.localInfile)) return 0;
  return bytes.readUInt16LE(at + headLength + 3);
}

export function mysqlDialogue(listener: Listener): Dialogue {
  const requests = ledger(listener);
  let now: Moment = { frame: 0, atUs: 0 };
  let expecting: Expecting = 'authentication';
  let isPrepare = false;
  let definitionsLeft = 0;
  let hasEof = true;
  let isLeaving = false;
  let hasLoggedIn = false;
  let secured: Dialogue | undefined;

  const done = () => {
    expecting = 'nothing';
    requests.answer(now);
  };
  /** @param bytes An OK or EOF at `at`: another result may follow. */
  const doneUnlessMore = (bytes: Buffer, at: number, length: number) => {
    if ((statusIn(bytes, at, length) & moreResultsBit) === 0) done();
    else expecting = 'first';
  };
  const onCommand = (bytes: Buffer, at: number, length: number) => {
    const command = bytes[at + headLength] as number;
    if (command === commands.quit) isLeaving = true;
    if (silent.has(command)) return;
    isPrepare = command === commands.prepare;
    expecting = 'first';
    const hasText = command === commands.query || command === commands.prepare;
    const end = Math.min(bytes.length, at + length);
    const text = hasText ? bytes.toString('utf8', at + headLength + 1, end) : '';
    requests.ask(text, now);
  };
  const onClient = (bytes: Buffer, at: number, length: number) => {
    if (expecting !== 'authentication') {
      // A later packet of a long command goes on with its number.
      if (bytes[at + 3] === 0) onCommand(bytes, at, length);
    } else if (!hasLoggedIn) {
      const flags = length >= headLength + 4 ? bytes.readUInt32LE(at + headLength) : 0;
      if ((flags & sslBit) !== 0 && length === sslRequestLength) {
        secured = tlsDialogue(listener);
        return;
      }
      hasLoggedIn = true;
      hasEof = (flags & deprecateEofBit) === 0;
      requests.ask('', now);
    }
  };
  const afterDefinitions = () => {
    if (isPrepare) done();
    else expecting = 'rows';
  };
  const onPrepared = (bytes: Buffer, at: number) => {
    const columns = bytes.readUInt16LE(at + headLength + 5);
    const parameters = bytes.readUInt16LE(at + headLength + 7);
    const groups = Number(columns > 0) + Number(parameters > 0);
    definitionsLeft = columns + parameters + (hasEof ? groups : 0);
    if (definitionsLeft === 0) done();
    else expecting = 'definitions';
  };
  const onFirst = (bytes: Buffer, at: number, length: number) => {
    const first = bytes[at + headLength] as number;
    if (first === firstByte.localInfile) return;
    if (first === firstByte.ok && isPrepare && length >= preparedLengthMin) onPrepared(bytes, at);
    else if (first === firstByte.error) done();
    else if (endings.has(first)) doneUnlessMore(bytes, at, length);
    else {
      definitionsLeft = first + Number(hasEof);
      expecting = 'definitions';
    }
  };
  const onDefinition = (isError: boolean) => {
    definitionsLeft -= 1;
    if (isError) done();
    else if (definitionsLeft === 0) afterDefinitions();
  };
  const onUnasked = (bytes: Buffer, at: number, length: number, isError: boolean) => {
    if (!isError || length <= headLength + 3) {
      listener.note('unasked-data', 'a packet that nobody asked for', now);
      return;
    }
    const end = Math.min(bytes.length, at + length);
    const text = bytes.toString('latin1', at + headLength + 3, end);
    listener.note('farewell', `ERR ${bytes.readUInt16LE(at + headLength + 1)} ${text}`, now);
  };
  const onUpstream = (bytes: Buffer, at: number, length: number) => {
    const first = bytes[at + headLength] as number;
    const isError = first === firstByte.error;
    switch (expecting) {
      case 'authentication':
        if (hasLoggedIn && (first === firstByte.ok || isError)) done();
        return;
      case 'first':
        return onFirst(bytes, at, length);
      case 'definitions':
        return onDefinition(isError);
      case 'rows':
        if (isError) done();
        else if (isLastOfRows(first, length, hasEof)) doneUnlessMore(bytes, at, length);
        return;
      case 'nothing':
        return onUnasked(bytes, at, length, isError);
    }
  };
  const readerOf = (onMessage: (bytes: Buffer, at: number, length: number) => void, name: string) =>
    new MessageReader({
      headLength,
      lengthOf: (bytes, at) => headLength + bytes.readUIntLE(at, 3),
      onMessage,
      onBroken: () => listener.note('malformed-answer', `what the ${name} sends is no packet`, now),
    });
  const client = readerOf(onClient, 'client');
  const upstream = readerOf(onUpstream, 'upstream');
  const plain: Dialogue = {
    protocol: 'mysql',
    take(from, bytes, start, end, { frame, atUs }) {
      now = { frame, atUs };
      (from === 'client' ? client : upstream).take(bytes, start, end);
    },
    owed: requests.owed,
    isInside: (side) =>
      side === 'client'
        ? client.isInside()
        : upstream.isInside() || expecting === 'definitions' || expecting === 'rows',
    isOpening: () => expecting === 'authentication',
    mayClose: () => isLeaving,
  };
  return handingOver(plain, () => secured);
}
