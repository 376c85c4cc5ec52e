/** The sockets recorder: kernel states of both ends of each connection, at chosen moments. */
import { readdirSync, statSync } from 'node:fs';
import type { Address } from '../../kernel/address.ts';
import { nowUs } from '../../kernel/clock.ts';
import { SocketStates } from '../../kernel/inet-diag.ts';
import { type RecordedEvent, type Side, sides, type TcpState } from '../event.ts';

export interface SocketsRecorder {
  /** Asks the kernel about both ends of these connections and records what has changed. */
  sample(tuples: Iterable<string>): void;
  /** An end of a connection, as it is now. */
  stateOf(tuple: string, side: Side): TcpState;
  /** Idempotent. */
  stop(): void;
}

/**
 * @param datagramPorts Upstreams' ports that clients send datagrams to, over TCP too or not: what goes
 *   there is a connection only when the kernel has shown it in a state.
 * Throws an Error when the kernel does not tell (no sock_diag).
 */
export function recordSockets(
  record: (event: RecordedEvent) => void,
  datagramPorts: ReadonlySet<number> = new Set(),
): SocketsRecorder {
  const states = new SocketStates();
  const known = new Map<string, TcpState>();
  let isStopped = false;
  const stateOf = (tuple: string, side: Side) => {
    const [client, upstream] = parseTuple(tuple);
    if (side === 'client') return states.stateOf(client, upstream);
    const hasAsked = states.stateOf(client, upstream) === 'SYN_SENT';
    if (hasAsked && states.isListening(upstream, client)) return 'LISTEN';
    return states.stateOf(upstream, client);
  };
  const mayBeDatagrams = (tuple: string) => datagramPorts.has(parseTuple(tuple)[1].port);
  const sampleOne = (tuple: string, side: Side) => {
    const key = `${side} ${tuple}`;
    const before = known.get(key);
    // A connection that is gone does not come back.
    if (before === 'CLOSED') return;
    const state = stateOf(tuple, side);
    if (state === before) return;
    if (state === 'CLOSED' && before === undefined && mayBeDatagrams(tuple)) return;
    known.set(key, state);
    record({ atUs: nowUs(), source: 'sockets', type: 'state', tuple, side, state });
  };
  return {
    sample(tuples) {
      for (const tuple of tuples) for (const side of sides) sampleOne(tuple, side);
    },
    stateOf,
    stop() {
      if (!isStopped) states.close();
      isStopped = true;
    },
  };
}

function parseTuple(tuple: string): [Address, Address] {
  const [client = '', upstream = ''] = tuple.split('->');
  return [parseAddress(client), parseAddress(upstream)];
}

function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

/** Open descriptors and pending timers of this process. */
export function heldResources(): { descriptors: number; timers: number } {
  return {
    descriptors: descriptorCount(),
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}

/** The size of the folder is their number since Linux 6.2, and 0 before, where they must be listed. */
function descriptorCount(): number {
  const folder = '/proc/self/fd';
  return statSync(folder).size || readdirSync(folder).length;
}
