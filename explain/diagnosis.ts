/** What can be wrong with a connection: the names, what each of them means, and what to do about it. */
import type { Moment } from './moment.ts';

export const diagnosisNames = [
  'refused',
  'backlog-full',
  'black-hole',
  'zero-window-stall',
  'idle-close-race',
  'reset-while-idle',
  'half-close-not-understood',
  'close-wait-leak',
  'closed-with-unread-data',
  'died-before-response',
  'died-in-mid-response',
  'caller-gone',
  'unanswered',
  'mismatched-answer',
  'malformed-answer',
  'truncated-answer',
  'unasked-data',
  'tls-failure',
  'retry-duplicated',
  'slow-answer',
  'packets-lost',
  'idle-close',
] as const;
export type DiagnosisName = (typeof diagnosisNames)[number];

export interface Proof extends Moment {
  /** What this packet shows. */
  what: string;
}

/** What the story tells, for programs. */
export interface Figures {
  /** How long nothing had been said when the upstream closed. Microseconds. */
  idleUs?: number;
  /** What it came in the middle of. */
  during?: 'login' | 'tls-handshake' | 'answer';
  /** The segments of an answer that came in many. */
  pieces?: { count: number; largestBytes: number };
}

export interface Finding {
  name: DiagnosisName;
  /** What happened, in one sentence with its figures. */
  story: string;
  figures?: Figures;
  /** The packets that show it, in order. */
  proof: Proof[];
}

interface Meaning {
  /** For someone who has never seen a FIN. */
  means: string;
  /** What to change. */
  advice: string;
}

export const meanings: Readonly<Record<DiagnosisName, Meaning>> = {
  refused: {
    means: 'Nobody listens at this port: the SYN was answered with RST, or the datagram with ICMP.',
    advice: 'see whether the server runs, on this address and port, and whether a firewall rejects',
  },
  'backlog-full': {
    means:
      'The server accepts, but not this fast: its accept queue was full, and a SYN was dropped.',
    advice:
      "raise the server's listen(2) backlog and net.core.somaxconn, accept faster, or keep connections and open fewer",
  },
  'black-hole': {
    means:
      'Packets go out, and nothing comes back: neither data nor an acknowledgement nor a reset.',
    advice:
      'look for a firewall, NAT or machine that went away; set TCP_USER_TIMEOUT or keepalive so that the client finds out in seconds',
  },
  'zero-window-stall': {
    means: 'The receiver took no more bytes: its window was 0, because its program did not read.',
    advice: 'see why the receiving program stopped reading; give writes a deadline',
  },
  'idle-close-race': {
    means:
      'The upstream closed an idle connection, and the client sent a request on it all the same.',
    advice:
      "set the client's idle limit below the upstream's, look at a connection before it is used, and send the request once more on another one when nothing of an answer came",
  },
  'reset-while-idle': {
    means: 'The connection was reset while nothing was asked on it.',
    advice:
      'a firewall, load balancer or NAT that forgets idle connections does this: keep them busy with keepalive, or close them sooner yourself',
  },
  'half-close-not-understood': {
    means: 'The upstream has finished sending, and the client goes on asking: no answer can come.',
    advice: 'treat EOF as the end of the connection, and ask again on another one',
  },
  'close-wait-leak': {
    means: 'The other side has closed, and this one never did: it stays in CLOSE_WAIT.',
    advice: 'close the connection when a read returns EOF; each of these holds a descriptor',
  },
  'closed-with-unread-data': {
    means:
      'The upstream reset the connection with a request in its hands: closing with bytes unread sends RST instead of FIN, and so do SO_LINGER 0 and a program that dies.',
    advice:
      'read the request to its end before closing; look for a crash or a limit at the upstream',
  },
  'died-before-response': {
    means: 'The upstream took the request and closed without a byte of an answer.',
    advice:
      'it may have been executed: send it again only if that does no harm; look for a crash or restart at the upstream',
  },
  'died-in-mid-response': {
    means: 'The connection ended in the middle of an answer.',
    advice: 'never hand on what came of it; look for a crash, a timeout or a proxy at the upstream',
  },
  'caller-gone': {
    means: 'The client left, and the answer came afterwards: the server writes to nobody (EPIPE).',
    advice:
      "compare the client's time limit with how long the server takes; stop work whose caller is gone",
  },
  unanswered: {
    means: 'A request was delivered, and no answer came before the client gave up.',
    advice: 'see what the upstream did with it; it may have been executed',
  },
  'mismatched-answer': {
    means: 'An answer came that belongs to no request that was open.',
    advice: 'match answers by id and question, and drop the others',
  },
  'malformed-answer': {
    means: 'What came back is no message of the protocol.',
    advice: 'close the connection: where the next message begins cannot be known',
  },
  'truncated-answer': {
    means: 'The answer did not fit into a datagram: the rest is to be had over TCP.',
    advice: 'ask again over TCP, or offer a larger payload with EDNS',
  },
  'unasked-data': {
    means: 'The upstream sent what nobody had asked for.',
    advice: 'a connection on which bytes wait before anything is asked is not to be used',
  },
  'tls-failure': {
    means: 'The TLS handshake did not come to its end.',
    advice: 'compare the certificate, its name and dates, and the versions that both sides allow',
  },
  'retry-duplicated': {
    means: 'A request that had been delivered, and not answered, was sent once more elsewhere.',
    advice: 'harmless for reads; a write needs a key that makes the second one do nothing',
  },
  'packets-lost': {
    means: 'Packets were lost on the way and had to be sent again; in the end they arrived.',
    advice: 'now and then this is how TCP works; often it is a network that drops packets',
  },
  'slow-answer': {
    means: 'The answer came far later than others, or stopped on its way.',
    advice: 'look at what the upstream did in that time',
  },
  'idle-close': {
    means: 'The upstream closed an idle connection, and the client noticed in time.',
    advice: 'nothing to mend; an idle limit of the client below that of the upstream avoids it',
  },
};
