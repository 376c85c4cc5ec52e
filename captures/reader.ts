/** Reads captures of any kind as a stream, in bounded memory: what is read of a file is never kept. */
import { once } from 'node:events';
import { createReadStream, fstatSync, openSync } from 'node:fs';
import { Readable } from 'node:stream';
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

const chunkBytes = 1024 * 1024;
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

/** Opens a regular file or a pipe. Throws what open(2) does. */
export function openCapture(path: string): Readable {
  const fd = openSync(path, 'r');
  if (fstatSync(fd).isDirectory()) throw new NotACapture('it is a folder');
  return createReadStream(path, { fd, highWaterMark: chunkBytes });
}

/**
 * Hands over every frame in turn. A file that is cut short or damaged is read up to there.
 * @param afterChunk Waited for before more is read, so that whoever writes can keep pace.
 * @throws NotACapture when it is none, or what the stream fails with.
 */
export async function readCapture(
  input: Readable,
  onFrame: OnFrame,
  afterChunk?: () => Promise<void>,
): Promise<CaptureEnd> {
  let frames = 0;
  const count: OnFrame = (frame) => {
    frames += 1;
    onFrame(frame);
  };
  let parser: RecordParser | undefined;
  let rest: Buffer = Buffer.alloc(0);
  let consumed = 0;
  const ended = (stopped?: CaptureEnd['stopped']): CaptureEnd => {
    if (!parser)
      throw new NotACapture(rest.length === 0 ? 'it is empty' : `it has ${rest.length} bytes`);
    return {
      format: parser.format,
      frames,
      sizeBytes: consumed,
      drops: parser.drops(),
      ...(stopped && { stopped }),
    };
  };
  const unpacked = await unpack(input);
  try {
    for await (const chunk of unpacked) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      rest = bytes;
      if (bytes.length < magicLength) continue;
      parser ??= parserFor(bytes.subarray(0, magicLength), count);
      const taken = parser.parse(bytes, consumed);
      consumed += taken;
      rest = bytes.subarray(taken);
      if (afterChunk) await afterChunk();
    }
  } catch (error) {
    return ended(stoppedBy(error, consumed, parser !== undefined));
  } finally {
    unpacked.destroy();
    input.destroy();
  }
  if (rest.length === 0 || !parser) return ended();
  return ended({
    offsetBytes: consumed,
    reason: `it ends in the middle of a record, ${rest.length} bytes after it began`,
  });
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

/** Looks at the first bytes: the name of a file does not tell what is in it. */
async function unpack(input: Readable): Promise<Readable> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const chunk = (input.read() ?? undefined) as Buffer | undefined;
    if (chunk) head = Buffer.concat([head, chunk]);
    else if (input.readableEnded) return Readable.from([head]);
    else await Promise.race([once(input, 'readable'), once(input, 'end')]);
  }
  input.unshift(head);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return input;
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  input.on('error', (error) => gunzip.destroy(error));
  return input.pipe(gunzip);
}
