import { decode, encode, type Packet } from 'dns-packet';
import t from 'tap';
import { inWords } from '../../../clients/dns-pool/words.ts';

const words = (packet: Packet) => inWords(decode(encode({ type: 'response', ...packet })));

t.test('an answer in words', async (t) => {
  const name = 'a.example';
  t.equal(words({}), 'NODATA');
  t.equal(words({ flags: 3 }), 'NXDOMAIN');
  t.equal(
    words({
      answers: [
        { type: 'CNAME', name, data: 'b.example' },
        { type: 'A', name: 'b.example', data: '10.1.2.3' },
      ],
    }),
    'b.example 10.1.2.3',
  );
  t.equal(words({ answers: [{ type: 'TXT', name, data: ['to', 'gether'] }] }), 'together');
  t.equal(
    words({ answers: [{ type: 'MX', name, data: { preference: 1, exchange: 'm.example' } }] }),
    '{"preference":1,"exchange":"m.example"}',
  );
});
