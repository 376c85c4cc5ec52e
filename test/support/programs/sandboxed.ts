/** Enters a network namespace of its own, and prints what the kernel keeps for it there. */
import { existsSync, readFileSync } from 'node:fs';
import { enterSandbox } from '../../../harness/sandbox.ts';

/** Undefined where the kernel has no such setting. */
const setting = (name: string) => {
  const file = `/proc/sys/net/ipv4/${name}`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : undefined;
};

const code = await enterSandbox((why) => process.stderr.write(`${why}\n`));
if (code === undefined) {
  const [buckets, timeWaits, backlog] = [
    'tcp_ehash_entries',
    'tcp_max_tw_buckets',
    'tcp_max_syn_backlog',
  ].map(setting);
  const strange = process.env['strange.name'];
  console.log(JSON.stringify({ buckets, timeWaits, backlog, strange }));
}
process.exitCode = code ?? 7;
