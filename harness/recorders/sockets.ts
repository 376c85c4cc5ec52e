/** The sockets recorder: kernel states of both ends of each connection, at chosen moments. */
import { readdirSync } from 'node:fs';
import type { Address } from '../../kernel/address.ts';
import { nowUs } from '../../kernel/clock.ts';
import { SocketStates } from '../../kernel/inet-diag.ts';
import { type RecordedEvent, type Side, sides, type TcpState } from '../event.ts';

export interface SocketsRecorder {
  /** Asks the kernel about both ends of these connections and records what has changed. */
  sample(tuples: Iterable<string>): void;
  /** The client's end of a connection, as it is now. */
  clientState(tuple: string): TcpState;
  stop(): void;
}

/** Throws an Error when the kernel does not tell (no sock_diag). */
export function recordSockets(record: (event: RecordedEvent) => void): SocketsRecorder {
  const states = new SocketStates();
  const known = new Map<string, TcpState>();
  const stateOf = (tuple: string, side: Side) => {
    const [client, upstream] = parseTuple(tuple);
    return side === 'client' ? states.stateOf(client, upstream) : states.stateOf(upstream, client);
  };
  return {
    sample(tuples) {
      for (const tuple of tuples) {
        for (const side of sides) {
          const key = `${side} ${tuple}`;
          // A connection that is gone does not come back.
          if (known.get(key) === 'CLOSED') continue;
          const state = stateOf(tuple, side);
          if (known.get(key) === state) continue;
          known.set(key, state);
          record({ atUs: nowUs(), source: 'sockets', type: 'state', tuple, side, state });
        }
      }
    },
    clientState: (tuple) => stateOf(tuple, 'client'),
    stop: () => states.close(),
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
    descriptors: readdirSync('/proc/self/fd').length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}
