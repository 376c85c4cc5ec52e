/** A fake upstream: listens on loopback and plays its script on every connection. */
import { formatAddress } from '../kernel/address.ts';
import { TcpListener } from '../kernel/tcp-socket.ts';
import { Channel } from './channel.ts';
import { Gates } from './gates.ts';
import { play, type Record } from './player.ts';
import type { Protocol } from './protocols/protocol.ts';
import { stepsFor, type UpstreamScript } from './script.ts';
import { explain, isFault } from './step.ts';

export interface RunningUpstream {
  address: { host: string; port: number };
  /**
   * Opens a gate once every connection whose script still leads to it is waiting there. Resolves in
   * the tick in which the scripts go on, so what follows races with what they do.
   */
  openGate(gate: string): Promise<void>;
  /** Ends every script, closes what is open and resolves when nothing is left. Idempotent. */
  stop(): Promise<void>;
}

interface Guest {
  channel: Channel;
  /** Names of gates that its script has not reached yet, in order. */
  gatesAhead: string[];
  finished: Promise<void>;
}

/** Port 0 lets the kernel choose. Throws SystemCallError when the address cannot be bound. */
export function startUpstream(
  script: UpstreamScript,
  protocol: Protocol,
  record: Record,
  at: { host: string; port: number } = { host: '127.0.0.1', port: 0 },
): RunningUpstream {
  const listener = new TcpListener(at);
  const gates = new Gates();
  const stopping = new AbortController();
  const guests: Guest[] = [];
  const gateWatchers = new Set<() => void>();
  record({ source: 'upstream', type: 'listening', address: formatAddress(listener.address) });

  let hasStopped = false;
  const failed = (error: unknown) =>
    record({
      source: 'upstream',
      type: 'failed',
      reason: error instanceof Error ? error.message : String(error),
    });

  const accepting = (async () => {
    for await (const socket of listener.connections()) {
      const ordinal = guests.length + 1;
      const channel = new Channel(socket);
      const steps = stepsFor(script, ordinal);
      const gatesAhead = steps.flatMap((step) => (step.kind === 'until-gate' ? [step.gate] : []));
      record({ source: 'upstream', type: 'accepted', tuple: channel.tuple, ordinal });
      const onGate = (gate: string) => {
        gatesAhead.splice(0, gatesAhead.indexOf(gate) + 1);
        for (const look of gateWatchers) look();
      };
      const finished = play({
        channel,
        ordinal,
        steps,
        protocol,
        gates,
        record,
        signal: stopping.signal,
        onGate,
      })
        .catch(failed)
        .finally(() => {
          gatesAhead.length = 0;
          for (const look of gateWatchers) look();
        });
      guests.push({ channel, gatesAhead, finished });
    }
  })().catch(failed);

  const isReached = (gate: string) =>
    gates.isOpen(gate) ||
    (gates.waitingAt(gate) > 0 && !guests.some(({ gatesAhead }) => gatesAhead.includes(gate)));

  const openGate = async (gate: string) => {
    if (!isReached(gate) && !stopping.signal.aborted) {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (!isReached(gate) && !stopping.signal.aborted) return;
          gateWatchers.delete(look);
          resolve();
        };
        gateWatchers.add(look);
      });
    }
    gates.open(gate);
  };

  const stop = async () => {
    stopping.abort();
    listener.close();
    for (const look of gateWatchers) look();
    for (const { channel } of guests) channel.close();
    gates.openAll();
    await accepting;
    // What was being accepted meanwhile.
    for (const { channel } of guests) channel.close();
    await Promise.all(guests.map(({ finished }) => finished));
    if (!hasStopped) recordUnreached(script, guests.length, record);
    hasStopped = true;
  };

  return { address: listener.address, openGate, stop };
}

/** Faults of connections that nobody opened: the script wanted more of the client than it did. */
function recordUnreached(script: UpstreamScript, accepted: number, record: Record): void {
  for (const [index, steps] of script.connections.entries()) {
    const ordinal = index + 1;
    if (ordinal <= accepted) continue;
    for (const step of steps.filter(isFault)) {
      record({ source: 'upstream', type: 'unreached', ordinal, text: explain(step) });
    }
  }
}
