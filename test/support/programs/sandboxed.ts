/** Enters a network namespace of its own, and prints what the kernel keeps for it there. */
import { readFileSync } from 'node:fs';
import { enterSandbox } from '../../../harness/sandbox.ts';

const setting = (name: string) => Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim());

const code = await enterSandbox((why) => process.stderr.write(`${why}\n`));
if (code === undefined) {
  const [buckets, timeWaits, backlog] = [
    'tcp_ehash_entries',
    'tcp_max_tw_buckets',
    'tcp_max_syn_backlog',
  ].map(setting);
  console.log(JSON.stringify({ buckets, timeWaits, backlog }));
}
process.exitCode = code ?? 7;
