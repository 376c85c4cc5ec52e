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

/**
 * How a test file is run again in a namespace, or why it cannot be.
 * @param trial What must work there; left out: nft(8), which drops packets.
 */
export function insideNamespace(
  file: string,
  trial = ['nft', 'add', 'table', 'inet', 'tried'],
): Inside | { unavailable: string } {
  const [name = '', ...args] = trial;
  const [unshare, program] = [findProgram('unshare'), findProgram(name)];
  if (!unshare) return { unavailable: 'unshare is not installed: apt-get install util-linux' };
  if (!program) return { unavailable: `${name} is not installed: apt-get install nftables` };
  let last = '';
  for (const way of ways) {
    const tried = spawnSync(unshare, [...way, program, ...args], { encoding: 'utf8' });
    if (tried.status === 0) {
      const again = [...way, process.execPath, ...process.execArgv, file];
      return { command: unshare, args: again, env: { ...process.env, [marker]: '1' } };
    }
    last = tried.error?.message ?? tried.stderr.trim();
  }
  return { unavailable: `no network namespace with ${name}: ${last}` };
}
