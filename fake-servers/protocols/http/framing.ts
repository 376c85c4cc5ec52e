/**
 * Where a request ends, RFC 9112 sections 2 to 7.
 *
 * Stricter than the RFC allows a server to be: what two parsers could frame differently is refused, so
 * that the library never waits for bytes which were not read.
 */
import { type ByteSource, MalformedMessage } from '../protocol.ts';

/** Request line and fields together, in bytes. */
export const headBytesMax = 65_536;
const bodyBytesMax = 16_777_216;
/** A size of eight hexadecimal digits, and its extensions. */
const chunkLineBytesMax = 1024;

export type BodyFraming = { kind: 'length'; bytes: number } | { kind: 'chunked' };

export interface RequestHead {
  method: string;
  target: string;
  body: BodyFraming;
  /** The client sends the body when it is told to, RFC 9110 section 10.1.1. */
  awaitsContinue: boolean;
}

/** Undefined when the client sent FIN before the end of the head. Throws a MalformedMessage. */
export async function readHead(
  source: ByteSource,
): Promise<{ head: RequestHead; bytes: Buffer } | undefined> {
  const bytes = await source.readThrough('\r\n\r\n', headBytesMax);
  return bytes && { head: parseHead(bytes.toString('latin1')), bytes };
}

/** Undefined when the client sent FIN before the end of the body. Throws a MalformedMessage. */
export async function readBody(
  source: ByteSource,
  framing: BodyFraming,
): Promise<Buffer | undefined> {
  return framing.kind === 'length' ? source.readExactly(framing.bytes) : readChunks(source);
}

function parseHead(text: string): RequestHead {
  // RFC 9112 section 2.2: an empty line before the request is ignored.
  const lines = text.replace(/^\r\n/, '').split('\r\n').slice(0, -2);
  const [requestLine = '', ...fieldLines] = lines;
  const [, method, target, version] =
    /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP\/(1\.[01])$/.exec(requestLine) ??
    [];
  if (method === undefined || target === undefined) {
    throw malformed('a request line such as GET / HTTP/1.1', requestLine);
  }
  const fields = fieldLines.map(parseField);
  const body = bodyFraming(fields, version === '1.0');
  const hasBody = body.kind === 'chunked' || body.bytes > 0;
  const [expectation = ''] = valuesOf(fields, 'expect');
  return {
    method,
    target,
    body,
    awaitsContinue: hasBody && version === '1.1' && expectation.toLowerCase() === '100-continue',
  };
}

interface Field {
  name: string;
  value: string;
}

/** RFC 9112 section 5; the line folding of section 5.2 is refused. */
function parseField(line: string): Field {
  const [, name, value] =
    /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw malformed('a field such as Host: localhost', line);
  }
  return { name: name.toLowerCase(), value: value.trim() };
}

function valuesOf(fields: readonly Field[], wanted: string): string[] {
  return fields.filter(({ name }) => name === wanted).map(({ value }) => value);
}

/** RFC 9112 section 6.3. */
function bodyFraming(fields: readonly Field[], isVersion10: boolean): BodyFraming {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) {
    throw malformed('one of Content-Length and Transfer-Encoding, once', [...lengths, ...codings]);
  }
  const [length] = lengths;
  const [coding] = codings;
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked' && !isVersion10) return { kind: 'chunked' };
    throw malformed('Transfer-Encoding: chunked, with HTTP/1.1', coding);
  }
  if (length === undefined) return { kind: 'length', bytes: 0 };
  if (!/^\d{1,12}$/.test(length) || Number(length) > bodyBytesMax) {
    throw malformed(`a Content-Length up to ${bodyBytesMax}`, length);
  }
  return { kind: 'length', bytes: Number(length) };
}

/** RFC 9112 section 7.1. */
async function readChunks(source: ByteSource): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (let total = 0; ; ) {
    const line = await source.readThrough('\r\n', chunkLineBytesMax);
    if (!line) return undefined;
    const bytes = chunkSize(line);
    total += bytes;
    if (total > bodyBytesMax) throw malformed(`a body up to ${bodyBytesMax} bytes`, total);
    parts.push(line);
    if (bytes === 0) break;
    const chunk = await source.readExactly(bytes + 2);
    if (!chunk) return undefined;
    const end = chunk.toString('latin1', bytes);
    if (end !== '\r\n') throw malformed('CR LF after a chunk', end);
    parts.push(chunk);
  }
  const trailers = await readTrailers(source);
  return trailers && Buffer.concat([...parts, trailers]);
}

/** In bytes. */
function chunkSize(line: Buffer): number {
  const text = line.toString('latin1').slice(0, -2);
  const [, digits] = /^([0-9A-Fa-f]{1,8})(?:;[\t\x20-\x7e\x80-\xff]*)?$/.exec(text) ?? [];
  if (digits === undefined) throw malformed('the size of a chunk in hexadecimal digits', text);
  return Number.parseInt(digits, 16);
}

/** RFC 9112 section 7.1.2, up to and including the empty line. */
async function readTrailers(source: ByteSource): Promise<Buffer | undefined> {
  const lines: Buffer[] = [];
  for (let bytesLeft = headBytesMax; ; ) {
    const line = await source.readThrough('\r\n', bytesLeft);
    if (!line) return undefined;
    lines.push(line);
    if (line.length === 2) return Buffer.concat(lines);
    parseField(line.toString('latin1').slice(0, -2));
    bytesLeft -= line.length;
  }
}

function malformed(expected: string, got: unknown): MalformedMessage {
  const shown = JSON.stringify(got);
  const short = shown.length > 80 ? `${shown.slice(0, 80)}...` : shown;
  return new MalformedMessage(`HTTP: expected ${expected}, got ${short}`);
}
