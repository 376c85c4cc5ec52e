/** What every step is made of: its words, what it needs, what proves it, and how it is played. */
import type { z } from 'zod';
import type { Receipt } from '../../harness/event.ts';
import type { Channel } from '../channel.ts';
import type { Gates } from '../gates.ts';
import type { Limit } from '../limit.ts';
import type { NetworkFaults } from '../network.ts';
import type { Power, Protocol } from '../protocols/protocol.ts';
import type { Served, Talk } from '../talk.ts';
import type { Form } from '../words.ts';

/** Why the rest of a script is not played. */
export type Ending = 'done' | { reason: string };

/** A connection as it is when a step is about to be played. */
export interface Progress {
  bytesRead: number;
  bytesSent: number;
  bytesUnread: number;
  hasSentFin: boolean;
}

/** What is recorded of a step that was played. */
export interface Played {
  /** What the capture must show for it to count; nothing for a step that puts nothing on the wire. */
  receipts?: readonly Receipt[];
  /** How long it waited of itself: for silence, for acknowledgements, and not for client or workload. */
  waitedMs?: number;
  /** The connection before it was played; as it is now when left out. */
  before?: Progress;
  /** When what was done is only known now. */
  text?: string;
}

/** One connection, as the steps of its script see it. */
export interface Stage {
  channel: Channel;
  gates: Gates;
  /** Aborted when the upstream stops. */
  signal: AbortSignal;
  /** When the connection was accepted, on the clock of `performance.now()`. */
  acceptedAtMs: number;
  /** Does what an upstream in good health does, until the limit is reached or the client leaves. */
  serve(limit: Limit): Promise<Served>;
  /** Requests and responses. Throws an Error on a connection whose messages nobody understands. */
  talk(): Talk;
  network: NetworkFaults;
  /** To be called before a step waits for a gate, when everything before it is done. */
  onGate(gate: string): void;
  progress(): Progress;
  /**
   * Resolves when the client's kernel has acknowledged all that was sent, so that what follows comes
   * after it; at once where packets are being lost, since nobody could.
   */
  acknowledged(): Promise<void>;
  fired(played?: Played): void;
  clientLeft(): Ending;
  /** The protocol has ended the connection. */
  finished(): Ending;
}

/** Where a step can be played: on any connection, a proxied one too, or where messages are understood. */
export type Level = 'connection' | 'message';

/** @typeParam S The step as data. */
export interface Definition<S extends { kind: string }> {
  kind: S['kind'];
  /** One sentence for the reference: what the upstream does. */
  summary: string;
  /** How it is written in a scenario file. */
  code: string;
  forms: readonly Form[];
  schema: z.ZodType<S>;
  level: Level | ((step: S) => Level);
  transports: readonly Protocol['transport'][];
  /** What only some protocols can do. */
  needs?: Power;
  /** Whether it breaks the connection or the protocol, so that the control run leaves it out. */
  isFault: boolean;
  /** What has to be there before a script with this step is played, and outlives it. */
  prepare?: () => void;
  /** Nothing can follow, because the connection is gone. */
  endsConnection?: true;
  /** What in the capture proves it, in words. */
  proof: string;
  example: S;
  perform(stage: Stage, step: S): Promise<Ending>;
}

const anyTransport: readonly Protocol['transport'][] = ['tcp', 'udp'];
export const transports = { any: anyTransport, tcp: ['tcp'], udp: ['udp'] } as const;

/** Nothing of it is on the wire: it waits, or reads. */
export const noProof = 'none: it puts nothing on the wire';

/** The segment of data that begins where the upstream is, and holds these bytes. */
export function dataReceipt(
  { bytesSent }: Progress,
  payload: Uint8Array,
  digest?: string,
): Receipt {
  const place = { segment: 'DATA', relativeSeq: 1 + bytesSent, length: payload.length } as const;
  return digest === undefined ? place : { ...place, digest };
}
