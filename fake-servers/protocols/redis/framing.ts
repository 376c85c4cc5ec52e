/** Where a command ends: an array of bulk strings, or words on a line. */
import { type ByteSource, MalformedMessage } from '../protocol.ts';

/** As Redis bounds them, but for the bulk strings, of which it takes 512 MiB. */
const inlineBytesMax = 65_536;
const wordsMax = 1_048_576;
const bulkBytesMax = 16_777_216;
/** A sign, ten digits, CR and LF. */
const lengthLineBytesMax = 13;

export interface Command {
  /** At least one. */
  words: readonly Buffer[];
  bytes: Buffer;
}

/**
 * Undefined when the client sent FIN before the end of a command. Arrays and lines without a word are
 * passed over, as Redis does. Throws a MalformedMessage, with the text that Redis would send.
 */
export async function readCommand(source: ByteSource): Promise<Command | undefined> {
  const read: Buffer[] = [];
  const keeping = keep(source, read);
  for (;;) {
    const first = await keeping.readExactly(1);
    const words = first && (await readWords(keeping, first.toString('latin1')));
    if (!words) return undefined;
    if (words.length > 0) return { words, bytes: Buffer.concat(read) };
  }
}

/** The same source, and a copy of all that is read from it. */
function keep(source: ByteSource, read: Buffer[]): ByteSource {
  const kept = (bytes: Buffer | undefined) => {
    if (bytes) read.push(bytes);
    return bytes;
  };
  return {
    readExactly: async (bytes) => kept(await source.readExactly(bytes)),
    readSome: async (bytesMax) => kept(await source.readSome(bytesMax)),
    readThrough: async (delimiter, bytesMax) => kept(await source.readThrough(delimiter, bytesMax)),
  };
}

async function readWords(source: ByteSource, first: string): Promise<Buffer[] | undefined> {
  if (first === '*') return readArray(source);
  if (first === '\n') return [];
  const line = await source.readThrough('\n', inlineBytesMax);
  return line && inlineWords(first + line.toString('latin1'));
}

async function readArray(source: ByteSource): Promise<Buffer[] | undefined> {
  const count = await readLength(source, 'multibulk', wordsMax);
  if (count === undefined) return undefined;
  const words: Buffer[] = [];
  while (words.length < count) {
    const word = await readBulk(source);
    if (!word) return undefined;
    words.push(word);
  }
  return words;
}

async function readBulk(source: ByteSource): Promise<Buffer | undefined> {
  const type = await source.readExactly(1);
  if (!type) return undefined;
  const sign = type.toString('latin1');
  if (sign !== '$') throw new MalformedMessage(`Protocol error: expected '$', got '${sign}'`);
  const bytes = await readLength(source, 'bulk', bulkBytesMax);
  if (bytes === undefined) return undefined;
  if (bytes < 0) throw new MalformedMessage('Protocol error: invalid bulk length');
  const word = await source.readExactly(bytes + 2);
  if (word && word.toString('latin1', bytes) !== '\r\n') {
    throw new MalformedMessage('Protocol error: expected CR LF after a bulk string');
  }
  return word?.subarray(0, bytes);
}

async function readLength(
  source: ByteSource,
  of: 'multibulk' | 'bulk',
  max: number,
): Promise<number | undefined> {
  const line = await source.readThrough('\r\n', lengthLineBytesMax);
  if (!line) return undefined;
  const text = line.toString('latin1').slice(0, -2);
  const length = Number(text);
  if (!/^(?:0|-?[1-9]\d*)$/.test(text) || length > max) {
    throw new MalformedMessage(`Protocol error: invalid ${of} length`);
  }
  return length;
}

/** Words between spaces, `"..."` with escapes and `'...'` with none but the quote. */
function inlineWords(line: string): Buffer[] {
  const text = line.replace(/\r?\n$/, '');
  const word = /\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\'|\\(?!')|[^'\\])*)'|([^\s"']+))(?=\s|$)/gsy;
  const words: Buffer[] = [];
  let end = 0;
  for (const [whole, double, single, plain = ''] of text.matchAll(word)) {
    end += whole.length;
    const value = double === undefined ? single?.replaceAll("\\'", "'") : unescaped(double);
    words.push(Buffer.from(value ?? plain, 'latin1'));
  }
  if (text.slice(end).trim() === '') return words;
  throw new MalformedMessage('Protocol error: unbalanced quotes in request');
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  a: '\x07',
};

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex?: string, one = '') =>
    hex === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
