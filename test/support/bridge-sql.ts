/** A protocol on real sockets with nothing broken: what was asked on which connection, and answered. */
import type { Protocol } from '../../fake-servers/protocols/protocol.ts';
import { answerAll } from '../../fake-servers/step.ts';
import { playUpstream } from './upstream.ts';

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

export interface Exchanged {
  ordinal: number;
  key: string;
  answer: string;
}

export interface Bridge {
  port: number;
  readonly exchanges: Exchanged[];
  /** What no client of the protocol would send, in words. */
  readonly malformed: string[];
}

export async function bridge(t: Unwinds, protocol: Protocol): Promise<Bridge> {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol });
  return {
    port: upstream.address.port,
    get exchanges() {
      return of('served').map(({ ordinal, key, answer }) => ({ ordinal, key, answer }));
    },
    get malformed() {
      return of('malformed').map(({ reason }) => reason);
    },
  };
}
