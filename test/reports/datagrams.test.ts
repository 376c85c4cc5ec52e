/** Datagrams and ICMP in the words of the ladder. */
import t from 'tap';
import type { WireEvent } from '../../harness/event.ts';
import { phraseOf } from '../../reports/html/ladder/words.ts';

const datagram: WireEvent = {
  atUs: 1,
  source: 'wire',
  type: 'packet',
  tuple: '127.0.0.1:40000->127.0.0.1:5300',
  from: 'client',
  flags: [],
  relativeSeq: 1,
  relativeAck: 0,
  length: 27,
  window: 0,
  frame: 1,
  messages: ['DNS query 1 a.example A'],
  requestKeys: ['a.example A'],
  digest: '00000000',
};

t.test('a datagram has no flags, no number and no window', async (t) => {
  t.same(phraseOf(datagram), { text: 'UDP len 27 · DNS query 1 a.example A', tone: 'plain' });
  const empty = { ...datagram, length: 0, messages: [] };
  t.same(phraseOf(empty), { text: 'UDP len 0', tone: 'plain' });
});

t.test('a refusal is an error, and is said once', async (t) => {
  const refusal: WireEvent = {
    ...datagram,
    from: 'upstream',
    length: 0,
    icmp: 'port unreachable',
    messages: ['ICMP port unreachable'],
  };
  t.same(phraseOf(refusal), { text: 'ICMP port unreachable', tone: 'bad' });
});

t.test('a segment with a closed window is still marked', async (t) => {
  const shut: WireEvent = { ...datagram, flags: ['ACK'], length: 0, messages: [] };
  t.same(phraseOf(shut), { text: 'ACK seq 1 window 0', tone: 'notice' });
});
