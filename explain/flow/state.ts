/** The state of each end as the packets show it, RFC 9293 section 3.3.2. */

import type { Side } from '../moment.ts';
import type { TcpState } from '../result.ts';
import { type Connection, other } from './connection.ts';
import type { End, Termination } from './end.ts';

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
  const isMineAcked = peer.hasAcked && ((peer.acked - me.base - fin.relativeSeq) | 0) > 0;
  if (!peer.fin) return isMineAcked ? 'FIN-WAIT-2' : 'FIN-WAIT-1';
  const isFirst = fin.frame < peer.fin.frame;
  if (isFirst) {
    if (isMineAcked) return 'TIME-WAIT';
    return 'CLOSING';
  }
  if (isMineAcked) return isSimultaneous(me, peer.fin) ? 'TIME-WAIT' : 'CLOSED';
  return isSimultaneous(me, peer.fin) ? 'CLOSING' : 'LAST-ACK';
}

/** It had not acknowledged the other's FIN when it sent its own. */
function isSimultaneous(me: End, theirs: Termination): boolean {
  return me.fin !== undefined && me.fin.frame === theirs.frame;
}
