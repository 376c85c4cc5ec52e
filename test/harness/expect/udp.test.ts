/** What is judged of datagrams: they take the place of SYN, and ICMP that of RST. */
import t from 'tap';
import type { Receipt } from '../../../harness/event.ts';
import { connectionsOpened } from '../../../harness/expect/facts.ts';
import { checkReceipts } from '../../../harness/expect/receipts.ts';
import { join } from '../../../harness/join.ts';
import { udp } from '../../support/endpoints.ts';
import { evidenceOf } from '../../support/evidence.ts';
import { captured, conversation, udpFrame, unreachableFrame } from '../../support/frame.ts';
import {
  accepted,
  firedStep,
  listenerStep,
  packet,
  recordedOnly,
  rst,
  type Said,
  syn,
  timeline,
  tupleOf,
  upstreamPort,
} from '../../support/timeline.ts';

const asks = (connection: number, frame: number) =>
  packet(connection, 'client', [], { seq: 1, length: 30, frame });
const says = (connection: number, seq: number, length: number, frame: number, digest = '') =>
  packet(connection, 'upstream', [], { seq, length, frame, digest });
const unreachable = (connection: number, frame: number): Said => ({
  ...packet(connection, 'upstream', [], { seq: 1, frame }),
  icmp: 'port unreachable',
});

t.test('conversations are counted by the datagrams of clients', async (t) => {
  const seen = timeline([asks(1, 1), says(1, 1, 40, 2), asks(1, 3), asks(2, 4), unreachable(3, 5)]);
  t.strictSame(connectionsOpened(seen), [tupleOf(1), tupleOf(2)]);
});

t.test('a datagram proves the bytes it was promised to hold', async (t) => {
  const promised: Receipt = { segment: 'DATA', relativeSeq: 41, length: 40, digest: 'abc' };
  const shown = (digest: string) =>
    checkReceipts(
      timeline([
        asks(1, 1),
        says(1, 1, 40, 2, 'other'),
        firedStep(1, 'answer-twice', promised),
        says(1, 41, 40, 3, digest),
      ]),
    );
  t.match(shown('abc'), [{ verdict: 'pass', frame: 3 }]);
  t.match(shown('abd'), [{ verdict: 'unknown', frame: null }]);
});

t.test('silence is broken by a datagram, and not by ICMP', async (t) => {
  const promised: Receipt = { segment: 'SILENCE', fromUs: 1_780_000_000_000_005 };
  const shown = (...said: Said[]) =>
    checkReceipts(timeline([asks(1, 1), firedStep(1, 'swallow', promised), ...said]));
  t.match(shown(), [{ verdict: 'pass', frame: 1 }]);
  t.match(shown(unreachable(1, 2)), [{ verdict: 'pass', frame: 1 }]);
  t.match(shown(says(1, 1, 40, 2)), [{ verdict: 'unknown', frame: null }]);
});

t.test('ICMP port unreachable right after a datagram proves a refusal', async (t) => {
  const promised: Receipt = {
    segment: 'REFUSED',
    fromUs: 1_780_000_000_000_000,
    toUs: 1_780_000_000_001_000,
  };
  const shown = (...said: Said[]) => {
    const step = { ...listenerStep('refuse', promised), transport: 'udp' } as const;
    return checkReceipts(timeline([...said, step]));
  };
  t.match(shown(asks(1, 1), unreachable(1, 2)), [
    { verdict: 'pass', frame: 2, tuple: tupleOf(1), connection: 1 },
  ]);
  t.match(shown(asks(1, 1), says(1, 1, 40, 2), unreachable(1, 3)), [{ verdict: 'unknown' }]);
  t.match(shown(asks(1, 1), unreachable(2, 2)), [{ verdict: 'unknown' }]);
  t.match(shown({ ...unreachable(1, 1) }), [{ verdict: 'unknown' }]);
  t.match(
    shown(syn(1), { ...rst(1), frame: 2 }),
    [{ verdict: 'unknown' }],
    'RST after a SYN refuses another port, of the same number',
  );
});

const query = Buffer.from('query');
const clientPort = 40_001;

t.test('the first datagram takes the place of the handshake', async (t) => {
  const evidence = (packetCount: number) =>
    evidenceOf(recordedOnly([accepted(1)]), {
      endpoints: udp(upstreamPort),
      isPool: false,
      packetCount,
    });
  const asked = captured(udpFrame(clientPort, upstreamPort, query), 0);
  t.strictSame(join(evidence(1), [asked]).gaps, []);

  const others = [
    captured(udpFrame(upstreamPort, clientPort, query), 0),
    captured(unreachableFrame(upstreamPort, clientPort, query), 1),
  ];
  t.match(join(evidence(2), others).gaps, [{ recorder: 'wire', reason: /was not captured/ }]);
});

t.test('over TCP data alone is no handshake', async (t) => {
  const packets = conversation([{ from: 'client', flags: ['PSH', 'ACK'], seq: 1, payload: query }]);
  const evidence = evidenceOf(recordedOnly([accepted(1)]), { packetCount: packets.length });
  t.match(join(evidence, packets).gaps, [{ recorder: 'wire', reason: /was not captured/ }]);
});
