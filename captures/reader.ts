/** Reads captures of any kind as a stream, in bounded memory: what is read of a file is never kept. */
import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { DamagedCapture, NotACapture, type OnFrame, type RecordParser } from './frame.ts';
import { pcapParser, pcapVariant } from './pcap.ts';
import { isPcapng, pcapngParser } from './pcapng.ts';

export interface CaptureEnd {
  format: 'pcap' | 'pcapng';
  frames: number;
  /** Read, after unpacking. */
  sizeBytes: number;
  /** Packets that the recorder says it has missed; null when the file does not tell. */
  drops: number | null;
  /** Where reading stopped before the end, and why. */
  stopped?: { offsetBytes: number; reason: string };
}

const readInto = promisify(read);
/** Stays in the processor's cache while it is read. */
const chunkBytes = 256 * 1024;
/** So that a rest which is a little longer needs no other memory. */
const roomBytes = 64 * 1024;
const magicLength = 4;

/** Other formats that people have, by their first bytes, with what to do about them. */
const others: readonly { head: string; what: string }[] = [
  { head: '28b52ffd', what: 'it is compressed with zstd: unpack it first, `zstd -d FILE`' },
  { head: '04224d18', what: 'it is compressed with lz4: unpack it first, `lz4 -d FILE`' },
  { head: 'fd377a58', what: 'it is compressed with xz: unpack it first, `xz -d FILE`' },
  { head: '504b0304', what: 'it is a zip archive: unpack it first' },
  { head: '736e6f6f', what: 'it is a snoop capture: convert it first, `editcap FILE out.pcapng`' },
];

/** @param head The first four bytes. Throws NotACapture. */
function parserFor(head: Buffer, onFrame: OnFrame): RecordParser {
  if (isPcapng(head)) return pcapngParser(onFrame);
  const variant = pcapVariant(head);
  if (variant) return pcapParser(variant, onFrame);
  const hex = head.toString('hex');
  const other = others.find((one) => one.head === hex);
  throw new NotACapture(other?.what ?? `it begins with the bytes ${hex}`);
}

/** Pieces of a file in turn, each valid until the next one is asked for. */
export type CaptureInput = AsyncIterable<Buffer>;

/** Opens a regular file or a pipe. Throws NotACapture for a folder, and what open(2) does. */
export function openCapture(path: string): CaptureInput {
  const fd = openSync(path, 'r');
  const kind = fstatSync(fd);
  if (!kind.isDirectory()) return piecesOf(fd, kind.isFile());
  closeSync(fd);
  throw new NotACapture('it is a folder');
}

/** Into the same memory each time: fresh memory takes longer than the reading. */
async function* piecesOf(fd: number, isFile: boolean): CaptureInput {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  try {
    for (;;) {
      // A file is there already: to have another thread read it takes longer than to read it.
      const bytesRead = isFile
        ? readSync(fd, buffer, 0, chunkBytes, null)
        : (await readInto(fd, buffer, 0, chunkBytes, null)).bytesRead;
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Hands over every frame in turn. A file that is cut short or damaged is read up to there.
 * @param afterChunk Waited for before more is read, so that whoever writes can keep pace.
 * @throws NotACapture when it is none, or what the stream fails with.
 */
export async function readCapture(
  input: CaptureInput,
  onFrame: OnFrame,
  afterChunk?: () => Promise<void> | void,
): Promise<CaptureEnd> {
  let parser: RecordParser | undefined;
  let rest: Buffer = Buffer.alloc(0);
  const join = joiner();
  let consumed = 0;
  const ended = (stopped?: CaptureEnd['stopped']): CaptureEnd => {
    if (!parser)
      throw new NotACapture(rest.length === 0 ? 'it is empty' : `it has ${rest.length} bytes`);
    return {
      format: parser.format,
      frames: parser.frames(),
      sizeBytes: consumed,
      drops: parser.drops(),
      ...(stopped && { stopped }),
    };
  };
  try {
    for await (const chunk of unpacked(input)) {
      const bytes = rest.length === 0 ? chunk : join(rest, chunk);
      rest = bytes;
      if (bytes.length < magicLength) continue;
      parser ??= parserFor(bytes.subarray(0, magicLength), onFrame);
      const taken = parser.parse(bytes, consumed);
      consumed += taken;
      // What it is a part of is filled anew.
      rest = Buffer.from(bytes.subarray(taken));
      await afterChunk?.();
    }
  } catch (error) {
    return ended(stoppedBy(error, consumed, parser !== undefined));
  }
  if (rest.length === 0 || !parser) return ended();
  return ended({
    offsetBytes: consumed,
    reason: `it ends in the middle of a record, ${rest.length} bytes after it began`,
  });
}

/** Puts two buffers behind one another, into the same memory each time. */
function joiner(): (first: Buffer, second: Buffer) => Buffer {
  let memory: Buffer = Buffer.alloc(0);
  return (first, second) => {
    const length = first.length + second.length;
    if (memory.length < length) memory = Buffer.allocUnsafeSlow(length + roomBytes);
    first.copy(memory);
    second.copy(memory, first.length);
    return memory.subarray(0, length);
  };
}

/** Throws what is no damage of the file. */
function stoppedBy(error: unknown, consumed: number, isBegun: boolean): CaptureEnd['stopped'] {
  if (error instanceof DamagedCapture) {
    return { offsetBytes: error.offsetBytes, reason: error.message };
  }
  if (!isGzipError(error)) throw error;
  const reason = `its compressed data is damaged: ${error.message}`;
  if (!isBegun) throw new NotACapture(reason);
  return { offsetBytes: consumed, reason };
}

const isGzipError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** Looks at the first bytes: the name of a file does not tell what is in it. */
async function* unpacked(input: CaptureInput): CaptureInput {
  const pieces = input[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let isOver = false;
  while (head.length < gzipMagic.length && !isOver) {
    const { value, done } = await pieces.next();
    if (done) isOver = true;
    else head = Buffer.concat([head, value]);
  }
  const whole = withHead(head, pieces);
  if (!head.subarray(0, gzipMagic.length).equals(gzipMagic)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // What fails ends the unpacking, which tells.
  pipeline(Readable.from(copies(whole)), gunzip, () => {});
  yield* gunzip;
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer>): CaptureInput {
  try {
    yield head;
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

/** For whoever does not use a piece up before asking for the next. */
async function* copies(pieces: CaptureInput): CaptureInput {
  for await (const piece of pieces) yield Buffer.from(piece);
}
