/** A network namespace for one test file alone: what drops packets there concerns nobody else. */
import { spawnSync } from 'node:child_process';
import { findProgram } from '../../kernel/programs.ts';

const marker = 'PIPEWRENCH_TEST_NAMESPACE';

/** Whether this process is the one inside. */
export const isInside = process.env[marker] !== undefined;

/** With `--net` alone where this process may, or else as the owner of a user namespace. */
const ways = [['--net'], ['--user', '--map-current-user', '--keep-caps', '--net']];

export interface Inside {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** How a test file is run again in a namespace where nft(8) may drop packets, or why it cannot be. */
export function insideNamespace(file: string): Inside | { unavailable: string } {
  const [unshare, nft] = [findProgram('unshare'), findProgram('nft')];
  if (!unshare) return { unavailable: 'unshare is not installed: apt-get install util-linux' };
  if (!nft) return { unavailable: 'nft is not installed: apt-get install nftables' };
  let last = '';
  for (const way of ways) {
    const tried = spawnSync(unshare, [...way, nft, 'add', 'table', 'inet', 'tried'], {
      encoding: 'utf8',
    });
    if (tried.status === 0) {
      const args = [...way, process.execPath, ...process.execArgv, file];
      return { command: unshare, args, env: { ...process.env, [marker]: '1' } };
    }
    last = tried.error?.message ?? tried.stderr.trim();
  }
  return { unavailable: `no network namespace with nft: ${last}` };
}
