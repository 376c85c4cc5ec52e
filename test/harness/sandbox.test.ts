/** The namespace that a run gets has a table of connections of its own, where the kernel can. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { findProgram } from '../../kernel/programs.ts';

const unshare = findProgram('unshare') ?? 'unshare';
const settings = '/proc/sys/net/ipv4';
const program = fileURLToPath(new URL('../support/programs/sandboxed.js', import.meta.url));
/** As a namespace has it that shares the machine's table. */
const limit = (name: string) =>
  Number(spawnSync(unshare, ['--net', 'cat', `${settings}/${name}`], { encoding: 'utf8' }).stdout);

/** What the program prints inside, started by this command. */
function inside(...before: string[]) {
  const [command = '', ...args] = [...before, process.execPath, program];
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PIPEWRENCH_SANDBOX: '' },
  });
  return { status, stderr, seen: stdout === '' ? undefined : JSON.parse(stdout) };
}

const limits = {
  timeWaits: limit('tcp_max_tw_buckets'),
  backlog: limit('tcp_max_syn_backlog'),
};

t.test(
  'its table of connections is its own and small, its limits are the machine’s',
  { skip: !existsSync(`${settings}/tcp_child_ehash_entries`) && 'this kernel has one table' },
  async (t) => {
    const { status, stderr, seen } = inside();
    t.equal(stderr, '');
    t.equal(status, 7);
    t.strictSame(seen, { buckets: 4096, ...limits });
  },
);

t.test('where a smaller table cannot be had, the program runs all the same', async (t) => {
  // As in a container.
  const readOnly = 'mount --rbind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys';
  const { status, stderr, seen } = inside(
    ...[unshare, '--mount', 'sh', '-c', `${readOnly} && exec "$@"`, 'sh'],
  );
  t.equal(stderr, '');
  t.equal(status, 7);
  t.not(seen?.buckets, 4096);
  t.match(seen, limits);
});
