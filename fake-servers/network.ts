/**
 * Loss on demand: packets of one connection are dropped after they were captured and before they are
 * delivered, by rules of nftables (nft(8)) in the network namespace of the run.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../kernel/programs.ts';

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
  /** From the moment it resolves. Throws NotPossibleHere. */
  lose(tuple: string, loss: Loss): Promise<void>;
  /** Whether packets of the connection are being lost. */
  isLosing(tuple: string): boolean;
  /** Lets all packets of the connection through again. */
  restore(tuple: string): Promise<void>;
  /** Takes every rule away. Idempotent. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
/** One for each process: another one may share the namespace. */
const table = `inet pipewrench-${process.pid}`;

/**
 * @param whyNot Set where rules must not be made, because the network is not the run's own: each use
 *   then throws this reason. Null where they may be made.
 */
export function networkFaults(whyNot: string | null): NetworkFaults {
  const chains = new Map<string, string>();
  const losing = new Set<string>();

  const nft = async (...lines: string[]): Promise<void> => {
    const program = findProgram('nft');
    if (!program) throw new NotPossibleHere('nft is not installed (package nftables)');
    try {
      const running = run(program, ['-f', '-']);
      running.child.stdin?.end(`${lines.join('\n')}\n`);
      await running;
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new NotPossibleHere(`nft refused: ${stderr?.trim() ?? String(error)}`);
    }
  };

  // Input, not output: what is dropped on its way out is never seen by the capture.
  const preparation = [
    `add table ${table}`,
    `add chain ${table} input { type filter hook input priority 0; policy accept; }`,
  ];

  return {
    async lose(tuple, loss) {
      if (whyNot !== null) throw new NotPossibleHere(whyNot);
      const chain = chains.get(tuple) ?? `c${chains.size + 1}`;
      const isNew = !chains.has(tuple);
      const isFirst = chains.size === 0;
      // In one call, because each starts a program.
      await nft(
        ...(isFirst ? preparation : []),
        ...(isNew ? [`add chain ${table} ${chain}`, `add rule ${table} input jump ${chain}`] : []),
        `flush chain ${table} ${chain}`,
        ...rulesFor(tuple, loss).map((rule) => `add rule ${table} ${chain} ${rule} drop`),
      );
      chains.set(tuple, chain);
      losing.add(tuple);
    },
    isLosing: (tuple) => losing.has(tuple),
    async restore(tuple) {
      losing.delete(tuple);
      const chain = chains.get(tuple);
      if (chain) await nft(`flush chain ${table} ${chain}`);
    },
    async stop() {
      if (chains.size === 0) return;
      chains.clear();
      losing.clear();
      await nft(`delete table ${table}`);
    },
  };
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
