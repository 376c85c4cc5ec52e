/** DNS messages, as bytes and as arbitraries. */
import { encode, type Packet } from 'dns-packet';
import fc from 'fast-check';

export const opcodeUpdate = 5 << 11;

const letters = [...'abcxyzABCXYZ0129-'];
const label = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 });

export const name = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'));
export const id = fc.nat({ max: 65_535 });
export const type = fc.constantFrom('A', 'AAAA', 'TXT', 'MX', 'SOA');

type QuestionType = 'A' | 'AAAA' | 'TXT' | 'MX' | 'SOA';

export function queryBytes(queryId: number, queryName: string, queryType: string): Buffer {
  const questions = [{ name: queryName, type: queryType as QuestionType, class: 'IN' as const }];
  return encode({ type: 'query', id: queryId, questions });
}

/** RFC 2136: zone, and one record to add. */
export function updateBytes(updateId: number, zone: string, data: string): Buffer {
  const packet: Packet = {
    type: 'query',
    id: updateId,
    flags: opcodeUpdate,
    questions: [{ name: zone, type: 'SOA', class: 'IN' }],
    authorities: [{ name: zone, type: 'A', ttl: 60, data }],
  };
  return encode(packet);
}

/** With the length in front, as on TCP. */
export function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(message.length, 0);
  return Buffer.concat([prefix, message]);
}

/** The bytes in pieces of these sizes, the sizes used again and again. */
export function chopped(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

export const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });

/** Messages that are nearly right: a few bytes of good ones replaced, or an end cut off. */
export const damagedMessage = fc
  .record({
    whole: fc.constantFrom(
      queryBytes(7, 'a.example', 'A'),
      updateBytes(9, 'example', '192.0.2.1'),
      encode({
        type: 'response',
        id: 3,
        questions: [{ name: 'b.example', type: 'TXT' }],
        answers: [{ name: 'b.example', type: 'TXT', data: ['x'] }],
      }),
    ),
    changes: fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    length: fc.nat({ max: 90 }),
  })
  .map(({ whole, changes, length }) => {
    const bytes = Buffer.from(whole);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes.subarray(0, Math.max(length, 0));
  });
