import { encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { answerTo, encodeQuery, idOf, withId } from '../../../clients/dns-udp/message.ts';
import { respondTo, truncatedMessage } from '../../../fake-servers/protocols/dns/message.ts';
import { damagedMessage, id, name } from '../../support/dns.ts';

const type = fc.constantFrom('A', 'AAAA');

t.test('the answer to a query is taken, under any id and in any case', async () => {
  fc.assert(
    fc.property(name, type, id, fc.boolean(), (asked, askedType, number, isUpper) => {
      const query = encodeQuery(asked, askedType);
      const { message, answer } = respondTo(withId(query, number));
      const repeated = isUpper ? upper(message, query.question.length) : message;
      const found = answerTo(query, repeated);
      return idOf(message) === number && !!found && 'words' in found && found.words === answer;
    }),
  );
});

/** The letters of the name in the question, which a server may repeat in another case. */
function upper(message: Buffer, questionBytes: number): Buffer {
  const altered = Buffer.from(message);
  for (let at = 12; at < 12 + questionBytes - 5; at++) {
    const byte = altered[at] ?? 0;
    if (byte >= 0x61 && byte <= 0x7a) altered[at] = byte - 0x20;
  }
  return altered;
}

t.test('the answer to another question is not', async () => {
  fc.assert(
    fc.property(name, name, type, type, (asked, other, askedType, otherType) => {
      const isSame = asked.toLowerCase() === other.toLowerCase() && askedType === otherType;
      const { message } = respondTo(withId(encodeQuery(other, otherType), 1));
      return isSame || answerTo(encodeQuery(asked, askedType), message) === undefined;
    }),
  );
});

t.test('a query is no answer, nor is the answer to an update', async (t) => {
  const query = encodeQuery('a.example', 'A');
  t.equal(answerTo(query, query.bytes), undefined);
  const { message } = respondTo(query.bytes);
  const update = Buffer.from(message);
  update.writeUInt16BE(message.readUInt16BE(2) | (5 << 11), 2);
  t.equal(answerTo(query, update), undefined);
});

t.test('truncation is told before anything is read of the rest', async (t) => {
  const query = encodeQuery('a.example', 'A');
  const { message } = respondTo(query.bytes);
  t.strictSame(answerTo(query, truncatedMessage(message)), { isTruncated: true });
  const cut = Buffer.from(message.subarray(0, message.length - 2));
  cut.writeUInt16BE(cut.readUInt16BE(2) | 0x0200, 2);
  t.strictSame(answerTo(query, cut), { isTruncated: true });
});

t.test('without data the rcode is the answer', async (t) => {
  const query = encodeQuery('a.example', 'A');
  const said = (packet: Packet) => answerTo(query, encode({ type: 'response', ...packet }));
  const questions = [{ name: 'a.example', type: 'A' as const }];
  t.strictSame(said({ flags: 3, questions }), { words: 'NXDOMAIN' });
  t.strictSame(said({ flags: 0, questions }), { words: 'NODATA' });
  t.strictSame(said({ flags: 1 }), { words: 'FORMERR' }, 'an error need not repeat the question');
  t.equal(said({ flags: 0 }), undefined, 'anything else must');
  t.equal(said({ flags: 1, questions: [...questions, ...questions] }), undefined);
});

t.test('an answer cut anywhere is none, and nothing is thrown', async (t) => {
  const query = encodeQuery('a.example', 'A');
  const { message } = respondTo(query.bytes);
  for (let length = 0; length < message.length; length++) {
    t.equal(answerTo(query, message.subarray(0, length)), undefined, `${length} bytes`);
  }
  fc.assert(
    fc.property(damagedMessage, (bytes) => {
      const answer = answerTo(query, bytes);
      return answer === undefined || 'words' in answer || answer.isTruncated;
    }),
  );
});

t.test('what DNS has no room for is refused', async (t) => {
  t.throws(() => encodeQuery('a..example', 'A'), RangeError);
  t.throws(() => encodeQuery('', 'A'), RangeError);
  t.throws(() => encodeQuery(`${'x'.repeat(64)}.example`, 'A'), RangeError);
  t.throws(() => encodeQuery(Array(130).fill('x').join('.'), 'A'), RangeError);
  t.throws(() => encodeQuery('a.example', 'NONSENSE'), RangeError);
  t.equal(encodeQuery('.', 'NS').question.length, 5);
});
