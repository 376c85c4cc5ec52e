/**
 * A fake upstream over UDP. What takes the place of a connection is a client's address and port; its
 * first datagram takes the place of the handshake.
 */
import { type Address, connectionTuple, formatAddress } from '../kernel/address.ts';
import { nowUs } from '../kernel/clock.ts';
import { UdpSocket } from '../kernel/udp-socket.ts';
import { answeringHost } from './answering-host.ts';
import { DatagramChannel } from './datagram-channel.ts';
import { explainPhase, phaseDefinitions } from './listener.ts';
import type { Record } from './player.ts';
import type { Protocol } from './protocols/protocol.ts';
import { anyPort, type RunningUpstream, type UpstreamOptions } from './running-upstream.ts';
import type { UpstreamScript } from './script.ts';
import { StageSet } from './stage-set.ts';
import { definitionOf, explain } from './step.ts';

/** A client may send a thousand queries before anything of it is read, and none may be lost by chance. */
const room = { receiveBufferBytes: 4_194_304 };

/**
 * Throws SystemCallError when the address cannot be bound, and a RangeError when the script holds what
 * UDP does not have.
 */
export function startUdpUpstream(
  script: UpstreamScript,
  protocol: Protocol,
  record: Record,
  options: UpstreamOptions,
): RunningUpstream {
  const missing = notOverUdp(script);
  if (missing !== undefined) {
    throw new RangeError(`"${missing}" needs TCP, and ${protocol.name} goes over UDP`);
  }
  const phases = script.listener ?? [];
  const at = options.at ?? anyPort;
  // Held meanwhile, so that nobody else gets the port.
  let socket = phases.length === 0 ? UdpSocket.bind(at, room) : UdpSocket.closedPort(at);
  const { address } = socket;
  const host = answeringHost(protocol, record);
  const stages = new StageSet({
    script,
    host,
    record,
    address: formatAddress(address),
    transport: 'udp',
    options,
  });

  const channelByClient = new Map<string, DatagramChannel>();
  const channelOf = (client: Address): DatagramChannel => {
    const known = channelByClient.get(formatAddress(client));
    if (known) return known;
    const tuple = connectionTuple(client, address);
    const channel = new DatagramChannel(tuple, (bytes) => socket.send(bytes, client));
    channelByClient.set(formatAddress(client), channel);
    stages.enter(channel);
    return channel;
  };

  const serving = (async () => {
    for (const phase of phases) {
      const fromUs = nowUs();
      await stages.passGate(phase.gate);
      stages.phasePlayed(phase, [{ segment: 'REFUSED', fromUs, toUs: nowUs() }]);
    }
    if (phases.length > 0) {
      socket.close();
      socket = UdpSocket.bind(address, room);
    }
    for await (const { bytes, from } of socket.datagrams()) channelOf(from).deliver(bytes);
  })().catch(stages.failed);

  const stop = () => stages.stop({ close: () => socket.close(), closed: serving });
  return { address, openGate: stages.openGate, openGateNow: stages.openGateNow, stop };
}

/** The first step or phase that UDP does not have, in words. */
function notOverUdp({ listener = [], connections }: UpstreamScript): string | undefined {
  const phase = listener.find(({ kind }) =>
    phaseDefinitions.some((other) => other.kind === kind && !other.transports.includes('udp')),
  );
  if (phase) return explainPhase(phase);
  const step = connections.flat().find((each) => !definitionOf(each).transports.includes('udp'));
  return step && explain(step);
}
