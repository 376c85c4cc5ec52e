/** What is found out about a capture: data, for reports to show. */

import type { DiagnosisName, Finding } from './diagnosis.ts';
import type { ProtocolName } from './dialogue/dialogue.ts';
import type { IdleLimit } from './idle-limit.ts';
import type { Moment, Side } from './moment.ts';

/** RFC 9293 section 3.3.2, as the packets show it when the capture ends. */
export type TcpState =
  | 'CLOSED'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

export interface ExplainedEnd {
  address: string;
  packets: number;
  /** Of payload, each byte counted once. */
  bytes: number;
  retransmissions: number;
  /** At the end of the capture; null over UDP, which has none. */
  state: TcpState | null;
}

export interface ExplainedConnection {
  /** Among the connections of its transport, from 1. */
  number: number;
  transport: 'tcp' | 'udp';
  protocol: ProtocolName;
  client: ExplainedEnd;
  upstream: ExplainedEnd;
  /** Which end is the client is guessed, because the handshake is not in the capture. */
  isGuessed: boolean;
  first: Moment;
  last: Moment;
  requests: number;
  answers: number;
  /** The first FIN or RST; null when it was not closed. */
  closed: (Moment & { by: Side; flag: 'FIN' | 'RST'; relativeSeq: number }) | null;
  /** What weighs most comes first; empty when nothing is the matter. */
  findings: Finding[];
}

export interface ExplainedUpstream {
  address: string;
  connections: number;
  idleLimit: IdleLimit | null;
}

export interface Explained {
  capture: {
    format: 'pcap' | 'pcapng';
    frames: number;
    /** Frames that are no TCP, UDP or ICMP, or cut within their headers. */
    othersFrames: number;
    sizeBytes: number;
    first: Moment | null;
    last: Moment | null;
    /** Missed by whoever captured; null when the file does not tell. */
    drops: number | null;
    /** Where reading stopped before the end of the file, and why; null when it was read whole. */
    stopped: { offsetBytes: number; reason: string } | null;
  };
  connections: { tcp: number; udp: number };
  /** How many connections each diagnosis was made of. */
  counts: Partial<Record<DiagnosisName, number>>;
  /** All those with findings, then others, each up to a limit; `connections` says how many there were. */
  shown: ExplainedConnection[];
  upstreams: ExplainedUpstream[];
}
