/** A fake upstream: takes clients on loopback and plays its script for each of them. */
import { answeringHost } from './answering-host.ts';
import type { Record } from './player.ts';
import type { Protocol } from './protocols/protocol.ts';
import type { RunningUpstream, UpstreamOptions } from './running-upstream.ts';
import type { UpstreamScript } from './script.ts';
import { startTcpUpstream } from './tcp-upstream.ts';
import { startUdpUpstream } from './udp-upstream.ts';

export type { RunningUpstream, UpstreamOptions } from './running-upstream.ts';

/**
 * Throws SystemCallError when the address cannot be bound, and a RangeError when the script holds what
 * the protocol's transport does not have.
 */
export function startUpstream(
  script: UpstreamScript,
  protocol: Protocol,
  record: Record,
  options: UpstreamOptions = {},
): RunningUpstream {
  if (protocol.transport === 'udp') return startUdpUpstream(script, protocol, record, options);
  return startTcpUpstream(script, answeringHost(protocol, record), record, options);
}
