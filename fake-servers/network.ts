/**
 * Loss on demand: packets of one connection are dropped after they were captured and before they are
 * delivered, by rules of nftables in the network namespace of the run.
 */
import { changeRules, NftablesError, openNftables } from '../kernel/nftables.ts';

/** Why packets cannot be dropped on this machine, in words for the user. */
export class NotPossibleHere extends Error {
  override readonly name = 'NotPossibleHere';
}

/** Whose packets are lost, and which of them: all, or those with this flag. */
export interface Loss {
  from: 'client' | 'upstream' | 'both';
  only?: 'FIN' | 'RST';
}

export interface NetworkFaults {
  /** From the moment it returns. Throws NotPossibleHere. */
  lose(tuple: string, loss: Loss): void;
  /** Whether packets of the connection are being lost. */
  isLosing(tuple: string): boolean;
  /** Lets all packets of the connection through again. */
  restore(tuple: string): void;
  /** Takes every rule away. Idempotent. */
  stop(): void;
}

/** One for each process: another one may share the namespace. */
const table = `inet pipewrench-${process.pid}`;

// Input, not output: what is dropped on its way out is never seen by the capture.
const preparation = [
  `add table ${table}`,
  `add chain ${table} input { type filter hook input priority 0; policy accept; }`,
];

/**
 * Opens what is kept open from the first loss on, so that nobody takes it for something that a script has left
 * behind. Where it cannot be had, `lose` says so.
 */
export function prepareLoss(): void {
  try {
    openNftables();
  } catch (error) {
    if (!(error instanceof NftablesError)) throw error;
  }
}

/**
 * @param whyNot Set where rules must not be made, because the network is not the run's own: each use
 *   then throws this reason. Null where they may be made.
 */
export function networkFaults(whyNot: string | null): NetworkFaults {
  const chains = new Map<string, string>();
  const losing = new Set<string>();

  return {
    lose(tuple, loss) {
      if (whyNot !== null) throw new NotPossibleHere(whyNot);
      const chain = chains.get(tuple) ?? `c${chains.size + 1}`;
      const isNew = !chains.has(tuple);
      const isFirst = chains.size === 0;
      // At once: none of them is in force without the others.
      change(
        ...(isFirst ? preparation : []),
        ...(isNew ? [`add chain ${table} ${chain}`, `add rule ${table} input jump ${chain}`] : []),
        `flush chain ${table} ${chain}`,
        ...rulesFor(tuple, loss).map((rule) => `add rule ${table} ${chain} ${rule} drop`),
      );
      chains.set(tuple, chain);
      losing.add(tuple);
    },
    isLosing: (tuple) => losing.has(tuple),
    restore(tuple) {
      losing.delete(tuple);
      const chain = chains.get(tuple);
      if (chain) change(`flush chain ${table} ${chain}`);
    },
    stop() {
      const isEmpty = chains.size === 0;
      chains.clear();
      losing.clear();
      if (!isEmpty) change(`delete table ${table}`);
    },
  };
}

function change(...commands: string[]): void {
  try {
    changeRules(...commands);
  } catch (error) {
    if (error instanceof NftablesError) throw new NotPossibleHere(error.message);
    throw error;
  }
}

function rulesFor(tuple: string, { from, only }: Loss): string[] {
  const [client = '', upstream = ''] = tuple
    .split('->')
    .map((end) => end.slice(end.lastIndexOf(':') + 1));
  const flag = only ? ` tcp flags & ${only.toLowerCase()} != 0` : '';
  const ofClient = `tcp sport ${client} tcp dport ${upstream}${flag}`;
  const ofUpstream = `tcp sport ${upstream} tcp dport ${client}${flag}`;
  if (from === 'both') return [ofClient, ofUpstream];
  return [from === 'client' ? ofClient : ofUpstream];
}
