/** The namespace that a run gets has a table of connections of its own, where the kernel can. */
import { spawnSync } from 'node:child_process';
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
    env: { ...process.env, PIPEWRENCH_SANDBOX: '', 'strange.name': 'a b' },
  });
  return { status, stderr, seen: stdout === '' ? undefined : JSON.parse(stdout) };
}

const limits = {
  timeWaits: limit('tcp_max_tw_buckets'),
  backlog: limit('tcp_max_syn_backlog'),
};

const asks = `echo 4096 > ${settings}/tcp_child_ehash_entries`;
const { status: refused } = spawnSync(unshare, ['--net', 'sh', '-c', asks], { stdio: 'ignore' });

t.test(
  'its table of connections is its own and small, the rest is the machine’s',
  { skip: refused !== 0 && 'no table of its own is to be had here' },
  async (t) => {
    const { status, stderr, seen } = inside();
    t.equal(stderr, '');
    t.equal(status, 7);
    t.strictSame(seen, { buckets: 4096, ...limits, strange: 'a b' });
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
