import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { askingForKeepalive, keepaliveMsIn, refusesEdns } from '../../../clients/dns-pool/edns.ts';
import { DnsPoolError } from '../../../clients/dns-pool/errors.ts';
import {
  decodeAnswer,
  encodeQuery,
  encodeUpdate,
  frameWithId,
} from '../../../clients/dns-pool/message.ts';
import { type AnswerChanges, answerBytes } from './upstream.ts';

const question = { name: 'a.example', type: 'A' } as const;

t.test('the request with one OPT record more, which has an empty option 11', async (t) => {
  const requests = [encodeQuery(question), encodeUpdate({ name: 'b.example', data: '192.0.2.1' })];
  for (const request of requests) {
    const framed = Buffer.from(frameWithId(request, 0x1234));
    const asking = askingForKeepalive(framed);
    t.equal(asking.readUInt16BE(0), asking.length - 2, 'the length is that of the whole');
    const { additionals, ...others } = decode(asking.subarray(2));
    const { additionals: none, ...plain } = decode(framed.subarray(2));
    t.same(others, plain);
    t.same(none, []);
    t.match(additionals, [{ type: 'OPT', name: '.', options: [{ code: 11 }] }]);
    // Root name, type, size, rcode and version, flags, length of all options; then code and length.
    t.equal(asking.subarray(framed.length).toString('hex'), '00002904d00000000000' + '04000b0000');
    t.same(frameWithId(request, 0x1234), framed, 'what it was made from is as it was');
  }
});

const answered = (changes: AnswerChanges) => {
  const query = { id: 7, name: 'a.example', packet: decode(encode({ questions: [question] })) };
  return decodeAnswer(encodeQuery(question), answerBytes(query, changes).subarray(2));
};

t.test('what is granted, in milliseconds', async (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 65_535 }), (keepalive) => {
      return keepaliveMsIn(answered({ keepalive })) === keepalive * 100;
    }),
  );
  t.equal(keepaliveMsIn(answered({})), undefined, 'no OPT record');
});

/** An answer with an OPT record of these bytes as its options. */
function withOptions(options: Uint8Array): Buffer {
  const opt = Buffer.from('00002904d0000000000000', 'hex');
  opt.writeUInt16BE(options.length, 9);
  const message = encode({ type: 'response', id: 7, questions: [question] });
  message.writeUInt16BE(1, 10);
  return Buffer.concat([message, opt, options]);
}

t.test('an option that is empty or not ours says nothing', async (t) => {
  for (const options of ['', '000b0000', '000a00020001']) {
    const answer = decodeAnswer(encodeQuery(question), withOptions(Buffer.from(options, 'hex')));
    t.equal(keepaliveMsIn(answer), undefined, options);
  }
});

t.test('no options whatever crash: they are read, or the message is refused', async () => {
  const code = fc.constantFrom([0, 11], [0, 10], [0, 8]);
  const some = fc.tuple(code, fc.uint8Array({ maxLength: 12 })).map(([head, rest]) => {
    return Uint8Array.from([...head, ...rest]);
  });
  fc.assert(
    fc.property(some, (options) => {
      try {
        const ms = keepaliveMsIn(decodeAnswer(encodeQuery(question), withOptions(options)));
        return ms === undefined || (ms >= 0 && ms <= 6_553_500);
      } catch (error) {
        return error instanceof DnsPoolError && error.class === 'protocol';
      }
    }),
  );
});

t.test('EDNS is refused by FORMERR without an OPT record, and by nothing else', async (t) => {
  t.equal(refusesEdns(answered({ rcode: 1 })), true);
  t.equal(refusesEdns(answered({ rcode: 1, keepalive: 5 })), false);
  t.equal(refusesEdns(answered({ rcode: 2 })), false);
  t.equal(refusesEdns(answered({})), false);
});
