/** What a client sends: "Message Formats" of the PostgreSQL documentation, protocol 3.0. */
import { type ByteSource, MalformedMessage } from '../protocol.ts';
import { FieldReader } from './reader.ts';

export type Opening =
  | { kind: 'startup'; parameters: ReadonlyMap<string, string>; minorVersion: number }
  /** SSLRequest or GSSENCRequest */
  | { kind: 'encryption' }
  | { kind: 'cancel' };

/** What a name stands for: a prepared statement or a portal. */
export type Target = 'statement' | 'portal';

export interface Parameter {
  isBinary: boolean;
  /** Undefined is NULL. */
  bytes: Buffer | undefined;
}

export type Frontend =
  | { kind: 'query'; text: string }
  | { kind: 'parse'; name: string; text: string; parameterOids: readonly number[] }
  | {
      kind: 'bind';
      portal: string;
      statement: string;
      parameters: readonly Parameter[];
      resultFormats: readonly number[];
    }
  | { kind: 'describe'; target: Target; name: string }
  | { kind: 'close'; target: Target; name: string }
  /** `rowsMax` 0 is all. */
  | { kind: 'execute'; portal: string; rowsMax: number }
  | { kind: 'flush' }
  | { kind: 'sync' }
  | { kind: 'terminate' }
  | { kind: 'password' };

export interface Received<T> {
  bytes: Buffer;
  content: T;
}

const openingBytesMax = 10_000;
const requestBytesMax = 1_048_576;
const protocolMajor = 3;
const code = { cancel: 80_877_102, ssl: 80_877_103, gssenc: 80_877_104 } as const;

/** The first message of a conversation, which has no type. Throws a MalformedMessage. */
export async function readOpening(source: ByteSource): Promise<Received<Opening> | undefined> {
  const prefix = await source.readExactly(4);
  if (!prefix) return undefined;
  const length = prefix.readUInt32BE(0);
  if (length < 8 || length > openingBytesMax) {
    throw new MalformedMessage(`expected a startup packet, got a length of ${length}`);
  }
  const body = await source.readExactly(length - 4);
  return body && { bytes: Buffer.concat([prefix, body]), content: parseOpening(body) };
}

function parseOpening(body: Buffer): Opening {
  const reader = new FieldReader(body);
  const version = reader.signed32();
  if (version === code.ssl || version === code.gssenc) {
    reader.expectEnd();
    return { kind: 'encryption' };
  }
  if (version === code.cancel) return { kind: 'cancel' };
  if (version >> 16 !== protocolMajor) {
    throw new MalformedMessage(`expected protocol ${protocolMajor}, got ${version >> 16}`);
  }
  const parameters = new Map<string, string>();
  for (let name = reader.text(); name !== ''; name = reader.text()) {
    parameters.set(name, reader.text());
  }
  reader.expectEnd();
  return { kind: 'startup', parameters, minorVersion: version & 0xffff };
}

/** After these the client waits for the server. */
const ends: readonly Frontend['kind'][] = ['query', 'sync', 'flush', 'terminate', 'password'];

/**
 * All that the client says before it waits: up to and with Sync, or the Flush that asks for what is
 * there so far, or one simple query. Throws a MalformedMessage.
 */
export async function readRequest(
  source: ByteSource,
): Promise<Received<readonly Frontend[]> | undefined> {
  const parts: Buffer[] = [];
  const messages: Frontend[] = [];
  let bytesLeft = requestBytesMax;
  for (;;) {
    const received = await readOne(source, bytesLeft);
    if (!received) return undefined;
    parts.push(received.bytes);
    messages.push(received.content);
    bytesLeft -= received.bytes.length;
    if (ends.includes(received.content.kind)) {
      return { bytes: Buffer.concat(parts), content: messages };
    }
  }
}

async function readOne(
  source: ByteSource,
  bytesMax: number,
): Promise<Received<Frontend> | undefined> {
  const head = await source.readExactly(5);
  if (!head) return undefined;
  const type = head.toString('latin1', 0, 1);
  const parse = parsers[type];
  if (!parse) throw new MalformedMessage(`expected a message, got type ${head.readUInt8(0)}`);
  const length = head.readUInt32BE(1);
  if (length < 4 || length + 1 > bytesMax) {
    throw new MalformedMessage(`expected at most ${bytesMax} bytes, got a length of ${length}`);
  }
  const body = length === 4 ? Buffer.alloc(0) : await source.readExactly(length - 4);
  if (!body) return undefined;
  const reader = new FieldReader(body);
  const content = parse(reader);
  if (content.kind !== 'password') reader.expectEnd();
  return { bytes: Buffer.concat([head, body]), content };
}

const parsers: Record<string, (reader: FieldReader) => Frontend> = {
  Q: (reader) => ({ kind: 'query', text: reader.text() }),
  P: (reader) => ({
    kind: 'parse',
    name: reader.text(),
    text: reader.text(),
    parameterOids: reader.list(() => reader.signed32()),
  }),
  B: parseBind,
  D: (reader) => ({ kind: 'describe', target: target(reader), name: reader.text() }),
  C: (reader) => ({ kind: 'close', target: target(reader), name: reader.text() }),
  E: (reader) => ({ kind: 'execute', portal: reader.text(), rowsMax: reader.signed32() }),
  H: () => ({ kind: 'flush' }),
  S: () => ({ kind: 'sync' }),
  X: () => ({ kind: 'terminate' }),
  p: () => ({ kind: 'password' }),
};

function parseBind(reader: FieldReader): Frontend {
  const portal = reader.text();
  const statement = reader.text();
  const formats = reader.list(() => reader.unsigned16());
  const values = reader.list(() => {
    const length = reader.signed32();
    return length < 0 ? undefined : reader.bytes(length);
  });
  return {
    kind: 'bind',
    portal,
    statement,
    parameters: values.map((bytes, index) => ({ bytes, isBinary: isBinaryAt(formats, index) })),
    resultFormats: reader.list(() => reader.unsigned16()),
  };
}

/** No format is text, one is for all. */
export function isBinaryAt(formats: readonly number[], index: number): boolean {
  return (formats.length === 1 ? formats[0] : formats[index]) === 1;
}

function target(reader: FieldReader): Target {
  const letter = reader.bytes(1).toString('latin1');
  if (letter !== 'S' && letter !== 'P') {
    throw new MalformedMessage(`expected a statement or a portal, got ${letter}`);
  }
  return letter === 'S' ? 'statement' : 'portal';
}
