import { decode, encode } from 'dns-packet';
import t from 'tap';
import {
  decodeAnswer,
  encodeRequest,
  inWords,
  queryFor,
  requestFor,
  updateOf,
} from '../../clients/plain-dns.ts';

const query = { kind: 'query', name: 'a.example', type: 'A' } as const;
const update = { kind: 'update', name: 'a.example', data: '192.0.2.1' } as const;

t.test('requests', async (t) => {
  t.match(decode(encodeRequest(queryFor('a.example', 'aaaa'), 0x1_0007)), {
    ...{ id: 7, type: 'query', opcode: 'QUERY', flag_rd: true },
    questions: [{ name: 'a.example', type: 'AAAA' }],
  });
  t.match(decode(encodeRequest(updateOf('a.example', '192.0.2.1'), 8)), {
    ...{ id: 8, opcode: 'UPDATE', questions: [{ name: 'a.example', type: 'SOA' }] },
    authorities: [{ name: 'a.example', type: 'A', data: '192.0.2.1' }],
  });
  t.same(requestFor(query), queryFor('a.example', 'A'));
  t.same(requestFor(update), updateOf('a.example', '192.0.2.1'));
  t.throws(() => requestFor({ kind: 'peek' }), { code: 'UNSUPPORTED' });
});

t.test('of an answer the id is checked when there is one to check it by', async (t) => {
  const message = encode({ type: 'response', id: 7 });
  t.equal(decodeAnswer(message).id, 7);
  t.equal(decodeAnswer(message, 0x1_0007).id, 7);
  t.throws(() => decodeAnswer(message, 8), {
    ...{ code: 'ID_MISMATCH', message: 'dns: id mismatch: request=8, response=7' },
  });
  t.throws(() => decodeAnswer(Buffer.from('no message')), { code: 'PROTOCOL' });
});

t.test('answers in words', async (t) => {
  const words = (answers: Parameters<typeof encode>[0]['answers'], flags = 0) =>
    inWords(query, decodeAnswer(encode({ type: 'response', flags, answers: answers ?? [] })));
  t.equal(words([]), 'NODATA');
  t.equal(words([], 3), 'NXDOMAIN');
  t.equal(
    words([
      { type: 'A', name: 'a', data: '10.0.0.1' },
      { type: 'TXT', name: 'a', data: ['x', 'y'] },
      { type: 'MX', name: 'a', data: { preference: 1, exchange: 'm' } },
    ]),
    '10.0.0.1 xy {"preference":1,"exchange":"m"}',
  );
  const done = decodeAnswer(encode({ type: 'response', flags: 5 << 11 }));
  t.equal(inWords(update, done), 'NOERROR');
});
