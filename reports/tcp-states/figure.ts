/** RFC 9293 section 3.3.2, figure 5: the states of a connection, and what leads from one to another. */
import type { TcpState } from '../../harness/event.ts';

export interface Edge {
  from: TcpState;
  to: TcpState;
  /** What happens, and what is sent because of it. */
  label: string;
}

const edge = (from: TcpState, to: TcpState, label: string): Edge => ({ from, to, label });

/** Those of a connection that opens and closes; what RST does is not in the figure. */
export const edges: readonly Edge[] = [
  edge('CLOSED', 'LISTEN', 'passive open'),
  edge('CLOSED', 'SYN_SENT', 'active open, send SYN'),
  edge('LISTEN', 'SYN_RECV', 'receive SYN, send SYN and ACK'),
  edge('SYN_SENT', 'SYN_RECV', 'receive SYN, send SYN and ACK'),
  edge('SYN_SENT', 'ESTABLISHED', 'receive SYN and ACK, send ACK'),
  edge('SYN_RECV', 'ESTABLISHED', 'receive ACK of SYN'),
  edge('ESTABLISHED', 'FIN_WAIT_1', 'close, send FIN'),
  edge('ESTABLISHED', 'CLOSE_WAIT', 'receive FIN, send ACK'),
  edge('CLOSE_WAIT', 'LAST_ACK', 'close, send FIN'),
  edge('LAST_ACK', 'CLOSED', 'receive ACK of FIN'),
  edge('FIN_WAIT_1', 'FIN_WAIT_2', 'receive ACK of FIN'),
  edge('FIN_WAIT_1', 'CLOSING', 'receive FIN, send ACK'),
  edge('FIN_WAIT_1', 'TIME_WAIT', 'receive FIN and ACK of FIN, send ACK'),
  edge('FIN_WAIT_2', 'TIME_WAIT', 'receive FIN, send ACK'),
  edge('CLOSING', 'TIME_WAIT', 'receive ACK of FIN'),
  edge('TIME_WAIT', 'CLOSED', 'two maximum segment lifetimes pass'),
];

/** Where each state stands, as in the figure. Centres, in pixels. */
export const places: Readonly<Record<TcpState, readonly [number, number]>> = {
  CLOSED: [300, 40],
  LISTEN: [300, 130],
  SYN_RECV: [130, 220],
  SYN_SENT: [470, 220],
  ESTABLISHED: [300, 310],
  FIN_WAIT_1: [130, 400],
  CLOSE_WAIT: [470, 400],
  FIN_WAIT_2: [90, 490],
  CLOSING: [290, 490],
  LAST_ACK: [470, 490],
  TIME_WAIT: [290, 580],
};
