/** The way of both ends of each connection through the states, read from its packets. Pure. */
import type { Event, Side, TcpState, WireEvent } from '../../harness/event.ts';
import type { Timeline } from '../../harness/timeline.ts';

export interface Passage {
  tuple: string;
  side: Side;
  from: TcpState;
  to: TcpState;
  /** The packet that shows it. */
  frame: number;
}

interface End {
  state: TcpState;
  /** What the other end acknowledges when it has this end's FIN. */
  finAck: number | undefined;
  isFinAcked: boolean;
  hasPeerFin: boolean;
}

type Ends = Record<Side, End>;

const freshEnd = (state: TcpState): End => ({
  state,
  finAck: undefined,
  isFinAcked: false,
  hasPeerFin: false,
});

/**
 * A packet that was captured may have been lost after it: what an end has received is read from what it
 * acknowledges, never from what was sent to it. An end that was reset is not followed any further.
 */
export function passages({ events }: Pick<Timeline, 'events'>): Passage[] {
  const connections = new Map<string, Ends>();
  const walked: Passage[] = [];
  for (const packet of events.filter(isSegment)) {
    const { tuple, frame } = packet;
    const ends = connections.get(tuple) ?? {
      client: freshEnd('CLOSED'),
      upstream: freshEnd('LISTEN'),
    };
    connections.set(tuple, ends);
    const go = (side: Side, to: TcpState) => {
      walked.push({ tuple, side, from: ends[side].state, to, frame });
      ends[side].state = to;
    };
    step(packet, ends, go);
  }
  return walked;
}

const isSegment = (event: Event): event is WireEvent =>
  event.source === 'wire' && event.flags.length > 0;

type Go = (side: Side, to: TcpState) => void;

function step(packet: WireEvent, ends: Ends, go: Go): void {
  const { flags, from } = packet;
  if (flags.includes('RST')) {
    // The figure has no arrow for it.
    ends.client.state = 'CLOSED';
    ends.upstream.state = 'CLOSED';
  } else if (flags.includes('SYN')) {
    if (from === 'client' && ends.client.state === 'CLOSED') go('client', 'SYN_SENT');
    if (from === 'upstream' && ends.upstream.state === 'LISTEN') go('upstream', 'SYN_RECV');
  } else {
    if (from === 'client') shakeHands(ends, go);
    acknowledge(packet, ends, go);
    if (flags.includes('FIN')) sendFin(packet, ends[from], go);
  }
}

function shakeHands({ client, upstream }: Ends, go: Go): void {
  if (client.state !== 'SYN_SENT') return;
  go('client', 'ESTABLISHED');
  if (upstream.state === 'SYN_RECV') go('upstream', 'ESTABLISHED');
}

function acknowledge({ flags, from, relativeAck }: WireEvent, ends: Ends, go: Go): void {
  const other: Side = from === 'client' ? 'upstream' : 'client';
  const { finAck } = ends[other];
  if (!flags.includes('ACK') || finAck === undefined || relativeAck < finAck) return;
  receiveFin(ends[from], from, go);
  const isWithFin = flags.includes('FIN') && ends[from].finAck === undefined;
  finAcknowledged(ends[other], other, isWithFin, go);
}

function sendFin({ from, relativeSeq, length }: WireEvent, end: End, go: Go): void {
  if (end.finAck !== undefined) return;
  end.finAck = relativeSeq + length + 1;
  if (end.state === 'ESTABLISHED') go(from, 'FIN_WAIT_1');
  if (end.state === 'CLOSE_WAIT') go(from, 'LAST_ACK');
}

function receiveFin(end: End, side: Side, go: Go): void {
  if (end.hasPeerFin) return;
  end.hasPeerFin = true;
  if (end.state === 'ESTABLISHED') go(side, 'CLOSE_WAIT');
  else if (end.state === 'FIN_WAIT_2') go(side, 'TIME_WAIT');
  else if (end.state === 'FIN_WAIT_1') go(side, end.isFinAcked ? 'TIME_WAIT' : 'CLOSING');
}

/** @param isWithFin Acknowledged in the segment that has the other end's FIN. */
function finAcknowledged(end: End, side: Side, isWithFin: boolean, go: Go): void {
  if (end.isFinAcked) return;
  end.isFinAcked = true;
  if (end.state === 'LAST_ACK') go(side, 'CLOSED');
  else if (end.state === 'CLOSING') go(side, 'TIME_WAIT');
  else if (end.state === 'FIN_WAIT_1' && !isWithFin) go(side, 'FIN_WAIT_2');
}
