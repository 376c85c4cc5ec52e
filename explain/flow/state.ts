/** The state of each end as the packets show it, RFC 9293 section 3.3.2. */
import type { Side } from '../moment.ts';
import type { TcpState } from '../result.ts';
import { type Connection, other } from './connection.ts';
import type { End, Termination } from './end.ts';
import { distance, plus } from './numbers.ts';

export function stateOf(c: Connection, side: Side): TcpState {
  const me = c[side];
  const peer = c[other(side)];
  if (me.rst || peer.rst) return 'CLOSED';
  if (me.fin) return closing(me, peer, me.fin);
  if (peer.fin) return 'CLOSE-WAIT';
  if (c.isGuessed || c.handshakeDone) return 'ESTABLISHED';
  if (side === 'client') return peer.syns.length > 0 ? 'ESTABLISHED' : 'SYN-SENT';
  return me.syns.length > 0 ? 'SYN-RECEIVED' : 'CLOSED';
}

function closing(me: End, peer: End, fin: Termination): TcpState {
  // The number of the FIN itself is acknowledged too.
  const isAcked = peer.hasAcked && distance(peer.acked, plus(me.base, fin.relativeSeq)) > 0;
  if (!peer.fin) return isAcked ? 'FIN-WAIT-2' : 'FIN-WAIT-1';
  // Both may close at once: then either has been the first for itself.
  const isLast = fin.isAnswer;
  if (isLast) return isAcked ? 'CLOSED' : 'LAST-ACK';
  return isAcked ? 'TIME-WAIT' : 'CLOSING';
}
