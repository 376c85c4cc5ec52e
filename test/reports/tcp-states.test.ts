/** The ways through the states that packets show, and the picture of them. */
import fc from 'fast-check';
import t from 'tap';
import type { TcpFlag } from '../../harness/event.ts';
import { diagramOf, visitedIn } from '../../reports/tcp-states/diagram.ts';
import { edges } from '../../reports/tcp-states/figure.ts';
import { passages } from '../../reports/tcp-states/walk.ts';
import { packet, type Said, state, timeline } from '../support/timeline.ts';

const client = (flags: TcpFlag[], seq: number, ack: number) =>
  packet(1, 'client', flags, { seq, ack });
const upstream = (flags: TcpFlag[], seq: number, ack: number) =>
  packet(1, 'upstream', flags, { seq, ack });

const handshake = [client(['SYN'], 0, 0), upstream(['SYN', 'ACK'], 0, 1), client(['ACK'], 1, 1)];
const wayOf = (side: 'client' | 'upstream', events: Said[]) => {
  const own = passages(timeline(events)).filter((passage) => passage.side === side);
  return [own[0]?.from, ...own.map(({ to }) => to)].join(' ');
};

const opened = { client: 'CLOSED SYN_SENT ESTABLISHED', upstream: 'LISTEN SYN_RECV ESTABLISHED' };

t.test('four segments: who closes first ends in TIME_WAIT', async (t) => {
  const events = [
    ...handshake,
    client(['FIN', 'ACK'], 1, 1),
    upstream(['ACK'], 1, 2),
    upstream(['FIN', 'ACK'], 1, 2),
    client(['ACK'], 2, 2),
  ];
  t.equal(wayOf('client', events), `${opened.client} FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT`);
  t.equal(wayOf('upstream', events), `${opened.upstream} CLOSE_WAIT LAST_ACK CLOSED`);
});

t.test('three segments: FIN and ACK in one leave FIN_WAIT_2 out', async (t) => {
  const events = [
    ...handshake,
    client(['FIN', 'ACK'], 1, 1),
    upstream(['FIN', 'ACK'], 1, 2),
    client(['ACK'], 2, 2),
  ];
  t.equal(wayOf('client', events), `${opened.client} FIN_WAIT_1 TIME_WAIT`);
});

t.test('FINs that cross: who acknowledges first is in CLOSING (RFC 9293 figure 12)', async (t) => {
  const events = [
    ...handshake,
    client(['FIN', 'ACK'], 1, 1),
    upstream(['FIN', 'ACK'], 1, 1),
    client(['ACK'], 2, 2),
    upstream(['ACK'], 2, 2),
  ];
  t.equal(wayOf('client', events), `${opened.client} FIN_WAIT_1 CLOSING TIME_WAIT`);
  // That it has the client's FIN is known from its own ACK, which is the later one.
  t.equal(wayOf('upstream', events), `${opened.upstream} FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT`);
});

t.test('a FIN that nothing acknowledges was not received', async (t) => {
  const events = [...handshake, upstream(['FIN', 'ACK'], 1, 1), upstream(['FIN', 'ACK'], 1, 1)];
  t.equal(wayOf('client', events), opened.client);
  t.equal(wayOf('upstream', events), `${opened.upstream} FIN_WAIT_1`);
});

t.test('whatever the packets, only ways of the figure are taken', async () => {
  const flags = fc.subarray<TcpFlag>(['FIN', 'SYN', 'RST', 'ACK']);
  const anyPacket = fc
    .tuple(fc.constantFrom(client, upstream), flags, fc.nat(3), fc.nat(3))
    .map(([of, set, seq, ack]) => of(set, seq, ack));
  const known = new Set(edges.map(({ from, to }) => `${from}->${to}`));
  fc.assert(
    fc.property(fc.array(anyPacket, { maxLength: 20 }), (events) =>
      passages(timeline(events)).every(({ from, to }) => known.has(`${from}->${to}`)),
    ),
  );
});

t.test('the picture marks what was visited, with the scenario, and nothing else', async (t) => {
  const shown = [
    { scenario: 'a.ts', timeline: timeline([...handshake, state(1, 'client', 'ESTABLISHED')]) },
  ];
  const visited = visitedIn(shown);
  t.strictSame([...visited.states.keys()], ['ESTABLISHED']);
  t.equal(visited.edges.size, 4);
  const svg = diagramOf(visited);
  t.equal(svg.split('a.ts').length - 1, 5, 'one state, four ways');
  t.equal(svg.split('not seen').length - 1, edges.length - 4);
  t.notMatch(diagramOf(visitedIn([])), /fill="#dfd"/);
});
