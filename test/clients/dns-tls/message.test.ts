import { decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { answerIn, firstMessage, framedQuery } from '../../../clients/dns-tls/message.ts';
import { respondTo } from '../../../fake-servers/protocols/dns/message.ts';
import { chopped, damagedMessage, framed, id, name, sizes, type } from '../../support/dns.ts';

const asked = fc.record({ id, name, type });

t.test('law: what is asked is answered, whatever the case of the letters', async (t) => {
  fc.assert(
    fc.property(asked, (query) => {
      const framedBytes = framedQuery(query.id, query.name, query.type);
      t.equal(framedBytes.readUInt16BE(0), framedBytes.length - 2);
      const { message, answer } = respondTo(framedBytes.subarray(2));
      t.equal(answerIn(message, query), answer);
      const shouted = { ...query, name: `${query.name.toUpperCase()}.` };
      t.equal(answerIn(message, shouted), answer);
    }),
  );
});

t.test('law: an answer to anything else is none', async () => {
  fc.assert(
    fc.property(asked, asked, (mine, other) => {
      const isSame =
        mine.id === other.id &&
        mine.name.toLowerCase() === other.name.toLowerCase() &&
        mine.type === other.type;
      const { message } = respondTo(framedQuery(other.id, other.name, other.type).subarray(2));
      return isSame || answerIn(message, mine) === undefined;
    }),
  );
});

t.test('law: damaged messages never make it throw', async () => {
  fc.assert(
    fc.property(damagedMessage, asked, (message, query) => {
      answerIn(message, query);
    }),
  );
});

t.test('a message is read when it is whole, and what follows is kept', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (content, pieces) => {
      const whole = framed(Buffer.from(content));
      let received = Buffer.alloc(0);
      for (const piece of chopped(whole, pieces)) {
        t.equal(firstMessage(received), undefined);
        received = Buffer.concat([received, piece]);
      }
      const first = firstMessage(Buffer.concat([received, Buffer.from('more')]));
      t.same(first, { message: Buffer.from(content), rest: Buffer.from('more') });
    }),
  );
});

t.test('an answer in words', async (t) => {
  const query = { id: 5, name: 'a.example', type: 'TXT' };
  const response = (packet: Partial<Packet> & { rcode?: number }): Buffer =>
    encode({
      type: 'response',
      id: 5,
      flags: packet.rcode ?? 0,
      questions: [{ name: 'a.example', type: 'TXT' }],
      ...packet,
    });
  t.equal(answerIn(response({}), query), 'NODATA');
  t.equal(answerIn(response({ rcode: 2 }), query), 'SERVFAIL');
  const answers: Packet['answers'] = [
    { name: 'a.example', type: 'TXT', data: ['x', 'y'] },
    { name: 'a.example', type: 'MX', data: { preference: 1, exchange: 'b.example' } },
  ];
  t.equal(answerIn(response({ answers }), query), 'xy {"preference":1,"exchange":"b.example"}');
  t.equal(decode(framedQuery(5, 'a.example', 'TXT').subarray(2)).flag_rd, true);
});
