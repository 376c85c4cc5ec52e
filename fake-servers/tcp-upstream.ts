/** An upstream over TCP: each accepted connection is a client of its own. */
import { formatAddress } from '../kernel/address.ts';
import { TcpListener } from '../kernel/tcp-listener.ts';
import { TcpChannel } from './channel.ts';
import { playListener } from './listener.ts';
import type { Record } from './player.ts';
import { anyPort, type RunningUpstream, type UpstreamOptions } from './running-upstream.ts';
import type { UpstreamScript } from './script.ts';
import { type Host, StageSet } from './stage-set.ts';

/**
 * Small, so that a client has filled the receive buffer soon, and then its own: on loopback a kernel takes
 * 2.6 MB of a client, 40 segments of the largest size, before a write of it waits. 536: RFC 9293 section 3.7.1.
 */
const ofStopped = { receiveBufferBytes: 4096, maxSegmentBytes: 536 };

/** Connections that wait to be accepted; the kernel allows net.core.somaxconn, 4096 by default. */
const backlog = 4096;

/** Throws SystemCallError when the address cannot be bound. */
export function startTcpUpstream(
  script: UpstreamScript,
  host: Host,
  record: Record,
  options: UpstreamOptions,
): RunningUpstream {
  const stopsReading = script.connections.flat().some(({ kind }) => kind === 'stop-reading');
  const phases = script.listener ?? [];
  const listener = new TcpListener(options.at ?? anyPort, {
    backlog,
    isListening: phases.length === 0,
    ...(stopsReading && ofStopped),
  });
  const address = formatAddress(listener.address);
  const stages = new StageSet({ script, host, record, address, transport: 'tcp', options });

  const accepting = (async () => {
    await playListener(phases, {
      listener,
      passGate: stages.passGate,
      onPlayed: stages.phasePlayed,
      onFiller: (tuple) => record({ source: 'upstream', type: 'filler', address: tuple }),
    });
    for await (const socket of listener.connections()) stages.enter(new TcpChannel(socket));
  })().catch(stages.failed);

  const stop = () => stages.stop({ close: () => listener.close(), closed: accepting });
  return {
    address: listener.address,
    openGate: stages.openGate,
    openGateNow: stages.openGateNow,
    stop,
  };
}
