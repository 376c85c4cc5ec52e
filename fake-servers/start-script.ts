/** Plays all parts of a script at the same time: each on a port of its own, with the same gates. */
import type { Transport } from '../harness/event.ts';
import type { Address } from '../kernel/address.ts';
import { SystemCallError } from '../kernel/socket.ts';
import { TcpListener } from '../kernel/tcp-listener.ts';
import { UdpSocket } from '../kernel/udp-socket.ts';
import type { Protocol } from './protocols/protocol.ts';
import { anyPort, type RunningUpstream, shared, type UpstreamOptions } from './running-upstream.ts';
import type { UpstreamScript } from './script.ts';
import { partsOf, type Script } from './several.ts';

/** Where a part listens, and what is spoken there. */
export interface Endpoint extends Address {
  transport: Transport;
  protocol: string;
}

export interface RunningScript extends RunningUpstream {
  /** In the order of the script. With a TCP port beside UDP the same address is there twice. */
  endpoints: readonly Endpoint[];
}

type StartPart = (
  script: UpstreamScript,
  protocol: Protocol,
  options: UpstreamOptions,
) => RunningUpstream;

/**
 * Throws what `start` throws, and a RangeError for a TCP port beside a protocol that has none; what was
 * started before is stopped then.
 */
export function startScript(
  script: Script,
  protocol: Protocol,
  start: StartPart,
  { at = anyPort, whyNoLoss }: Pick<UpstreamOptions, 'at' | 'whyNoLoss'>,
): RunningScript {
  const parts = partsOf(script);
  const common = shared(whyNoLoss);
  const running: RunningUpstream[] = [];
  const endpoints: Endpoint[] = [];
  // All in one tick: what one of them lets go on while it stops finds its own upstream stopped.
  const stop = async () => {
    await Promise.all(running.map((upstream) => upstream.stop()));
  };
  try {
    for (const [index, { script: own, name, isBesideUdp }] of parts.entries()) {
      const spoken = isBesideUdp ? besideUdp(protocol) : protocol;
      const wanted = index === 0 ? at : { host: at.host, port: 0 };
      const before = endpoints.at(-1);
      const place = parts[index + 1]?.isBesideUdp ? freeForBoth(wanted) : wanted;
      const upstream = start(own, spoken, {
        at: isBesideUdp && before ? { host: before.host, port: before.port } : place,
        shared: common,
        ...(name !== undefined && { name }),
      });
      running.push(upstream);
      const { transport, name: protocolName } = spoken;
      endpoints.push({ ...upstream.address, transport, protocol: protocolName });
    }
  } catch (error) {
    stop().catch(() => {});
    throw error;
  }
  const [first] = running;
  if (!first) throw new TypeError('expected a script with at least one upstream');
  const { address, openGate, openGateNow } = first;
  return { address, endpoints, openGate, openGateNow, stop };
}

function besideUdp({ name, overTcp }: Protocol): Protocol {
  if (overTcp) return overTcp;
  throw new RangeError(`alsoOverTcp needs a protocol over UDP such as dns-udp, and got ${name}`);
}

const triesMax = 100;

/** An address whose port is free over UDP and over TCP. To be taken in the same tick: it is not held. */
function freeForBoth(wanted: Address): Address {
  for (let tries = 1; ; tries += 1) {
    const held = new TcpListener(wanted, { isListening: false });
    try {
      UdpSocket.bind(held.address).close();
      return held.address;
    } catch (error) {
      const isTaken = error instanceof SystemCallError && error.code === 'EADDRINUSE';
      if (!isTaken || wanted.port !== 0 || tries === triesMax) throw error;
    } finally {
      held.close();
    }
  }
}
