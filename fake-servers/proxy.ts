/** A script between any client and a real server. */
import type { Address } from '../kernel/address.ts';
import { forwardingHost } from './forwarding-host.ts';
import type { Record } from './player.ts';
import type { RunningUpstream, UpstreamOptions } from './running-upstream.ts';
import type { UpstreamScript } from './script.ts';
import { answerAll, endsConnection, explain, levelOf, type Step } from './step.ts';
import { startTcpUpstream } from './tcp-upstream.ts';

/**
 * Plays the script on each connection that it accepts, and forwards to `to` where the script serves, and
 * when it is over. Throws a TypeError for steps that need messages to be understood, and SystemCallError
 * when the address cannot be bound.
 */
export function startProxy(
  script: UpstreamScript,
  to: Address,
  record: Record,
  options: UpstreamOptions = {},
): RunningUpstream {
  const unfit = script.connections.flat().find((step) => levelOf(step) === 'message');
  if (unfit) {
    throw new TypeError(
      `"${explain(unfit)}" needs an upstream that understands messages; a proxy understands bytes only`,
    );
  }
  const connections = script.connections.map(thenForward);
  return startTcpUpstream({ ...script, connections }, forwardingHost(to, record), record, options);
}

function thenForward(steps: readonly Step[]): readonly Step[] {
  const last = steps.at(-1);
  const isOver = last !== undefined && (endsConnection(last) || last.kind === 'answer');
  return isOver ? steps : [...steps, answerAll()];
}
