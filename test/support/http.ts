/** HTTP requests, as bytes and as arbitraries. */
import fc from 'fast-check';

export interface SentRequest {
  method: string;
  target: string;
  body: Buffer;
  bytes: Buffer;
}

const letters = [...'abcXYZ019-_.~'];
const segment = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 6 });
export const target = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.option(segment))
  // Not among those whose answer has another form.
  .map(([path, query]) => `/t/${path.join('/')}${query === null ? '' : `?q=${query}`}`);

const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS');
const fields = fc.array(
  fc.tuple(segment, segment).map(([name, value]) => `X-${name}:  ${value}\r\n`),
  { maxLength: 3 },
);
const part = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));

function chunked(parts: readonly Buffer[], extension: string, trailer: string): Buffer {
  const chunks = parts.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, Buffer.from(`0\r\n${trailer}\r\n`)]);
}

/** With a body of a length, in chunks, or with none. */
export const sentRequest: fc.Arbitrary<SentRequest> = fc
  .record({
    method,
    target,
    fields,
    parts: fc.array(part, { maxLength: 4 }),
    framing: fc.constantFrom('none', 'length', 'chunked'),
    extension: fc.constantFrom('', ';a', ';a=b'),
    trailer: fc.constantFrom('', 'X-Sum: 1\r\n'),
  })
  .map(({ method, target, fields, parts, framing, extension, trailer }) => {
    const body = framing === 'none' ? Buffer.alloc(0) : Buffer.concat(parts);
    const framed = framing === 'chunked' ? chunked(parts, extension, trailer) : body;
    const framingField = {
      none: '',
      length: `Content-Length: ${body.length}\r\n`,
      chunked: 'Transfer-Encoding: chunked\r\n',
    }[framing];
    const head = `${method} ${target} HTTP/1.1\r\nHost: a\r\n${fields.join('')}${framingField}\r\n`;
    return { method, target, body, bytes: Buffer.concat([Buffer.from(head), framed]) };
  });

/** Nearly right: a few bytes replaced, some of them by what separates others. */
export const damagedRequests = fc
  .tuple(
    fc.array(sentRequest, { minLength: 1, maxLength: 3 }),
    fc.array(
      fc.tuple(
        fc.nat({ max: 250 }),
        fc.oneof(fc.constantFrom(...Buffer.from('\r\n\t :;,0f\x00')), fc.nat({ max: 255 })),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([requests, changes]) => {
    const bytes = Buffer.concat(requests.map((request) => request.bytes));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
