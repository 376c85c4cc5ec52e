/** A protocol behind a real socket, with nothing broken, for real clients. */
import type { Protocol } from '../../fake-servers/protocols/protocol.ts';
import { answerAll, push, serveUntil } from '../../fake-servers/step.ts';
import { playUpstream } from './upstream.ts';

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

export interface Bridged {
  host: string;
  port: number;
  /** Of the requests, in the order in which they came. */
  readonly keys: string[];
  readonly answers: string[];
  /** How many connections were accepted. */
  accepted(): number;
  /** Sends a message that the protocol allows unasked, on every connection that is open; once. */
  push(): Promise<void>;
}

/** Answers everything until the test ends. */
export async function bridge(t: Unwinds, protocol: Protocol): Promise<Bridged> {
  const canPush = protocol.powers.includes('push');
  const script = canPush ? [serveUntil({ gate: 'push' }), push(), answerAll()] : [answerAll()];
  const { upstream, of, hasFired } = playUpstream(t, [script], { protocol });
  return {
    ...upstream.address,
    get keys() {
      return of('received').map(({ key }) => key);
    },
    get answers() {
      return of('served').map(({ answer }) => answer);
    },
    accepted: () => of('accepted').length,
    async push() {
      await upstream.openGate('push');
      await hasFired('push', of('accepted').length);
    },
  };
}
