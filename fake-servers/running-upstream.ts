/** A fake upstream as whoever starts it sees it, and what it can be told. */
import { Gates } from './gates.ts';
import { type NetworkFaults, networkFaults } from './network.ts';

export interface RunningUpstream {
  address: { host: string; port: number };
  /**
   * Opens a gate once every connection whose script still leads to it is waiting there. Resolves in
   * the tick in which the scripts go on, so what follows races with what they do.
   */
  openGate(gate: string): Promise<void>;
  /** Opens a gate for whoever waits there, and for whoever comes later. */
  openGateNow(gate: string): void;
  /** Ends every script, closes what is open and resolves when nothing is left. Idempotent. */
  stop(): Promise<void>;
}

export interface UpstreamOptions {
  /** Port 0, the default, lets the kernel choose. */
  at?: { host: string; port: number };
  /** Why packets must not be dropped here; null where they may. They may not when left out. */
  whyNoLoss?: string | null;
  /** Which one it is of those that play together; left out where it plays alone. */
  name?: string;
  /** Of those that play together; its own when left out. */
  shared?: Shared;
}

/** What there is once, however many upstreams play together. */
export interface Shared {
  gates: Gates;
  network: NetworkFaults;
}

export const anyPort = { host: '127.0.0.1', port: 0 } as const;

const whyNoLossDefault = 'packets are dropped only in a network namespace of the run itself';

export function shared(whyNoLoss: string | null = whyNoLossDefault): Shared {
  return { gates: new Gates(), network: networkFaults(whyNoLoss) };
}
