/**
 * The tables of documents 000 and 001, measured: a client without a pool, the pools as the documents wrote
 * them, and dns-pool, side by side. Prints Markdown.
 */
import { readFileSync } from 'node:fs';
import { connections, healthy, type UpstreamScript } from '../fake-servers/script.ts';
import { answer, close, reset, swallow } from '../fake-servers/step.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { type Measured, measure } from './before-after/measure.ts';
import { whatEachPoolPasses } from './before-after/scenarios.ts';
import { spread } from './statistics.ts';

const crowd = { opens: 1, users: 1000, rounds: 1, upstreams: 3 };
const alone = { opens: 1, users: 1, rounds: 200, upstreams: 1 };
/** The first ones pay for what Node compiles at its first use. */
const warmUps = 10;
const anew = { opens: 60, users: 1, rounds: 20, upstreams: 1 };

const noPool = 'dns-per-query';
const beforeFix = 'naive-dns-pool';
const documented = 'documented-dns-pool';
const ours = 'dns-pool';

type Row = readonly [string, ...(string | number)[]];

function table(heads: readonly string[], rows: readonly Row[]): void {
  const line = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
  line(heads);
  line(heads.map(() => '---'));
  for (const row of rows) line(row);
  console.log('');
}

const failures = ({ failed }: Measured) =>
  Object.entries(failed)
    .map(([code, count]) => `${count} ${code}`)
    .join(', ') || 'none';

const micros = (ms: number) => `${Math.round(ms * 1000)} us`;

async function portsTable(): Promise<void> {
  const [low, high] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/);
  const names = [noPool, documented, ours];
  const crowds: Measured[] = [];
  const latencies: { first: number; later: number }[] = [];
  for (const name of names) {
    crowds.push(await measure(name, { ...crowd, script: healthy() }, true));
    const { latenciesMs } = await measure(name, { ...anew, script: healthy() }, false);
    const each = latenciesMs.slice(warmUps);
    latencies.push({
      first: spread(each.map(([first = 0]) => first)).median,
      later: spread(each.flatMap(([, ...later]) => later)).median,
    });
  }
  const available = Number(high) - Number(low) + 1;
  const share = ({ ports }: Measured) => `${((100 * ports) / available).toFixed(2)}%`;
  console.log(`## ${crowd.users} users x ${crowd.upstreams} upstreams, at once (document 001)\n`);
  table(
    ['', ...names],
    [
      ['local ports used', ...crowds.map(({ ports }) => ports)],
      [`of the ${available} there are (${low} to ${high})`, ...crowds.map(share)],
      ['socket() calls', ...crowds.map(({ socketCalls }) => socketCalls ?? 'unknown')],
      ['left in TIME_WAIT', ...crowds.map(({ timeWait }) => timeWait)],
      ['answered', ...crowds.map(({ answered }) => answered)],
      ['failed', ...crowds.map(failures)],
      ['first request, one user alone', ...latencies.map(({ first }) => micros(first))],
      ['later ones, median', ...latencies.map(({ later }) => micros(later))],
      ['first / later', ...latencies.map(({ first, later }) => `${(first / later).toFixed(1)}x`)],
    ],
  );
}

async function deadConnectionsTable(): Promise<void> {
  const names = [beforeFix, documented, ours];
  const scripts: [string, UpstreamScript][] = [
    ['closed after every 5 answers', connections([answer(5), close()])],
    ['reset after every 5 answers', connections([answer(5), reset()])],
    ['closed in mid-request after 5 answers', connections([answer(5), swallow(), close()])],
  ];
  console.log(`## ${alone.rounds} requests, one after the other (document 000)\n`);
  const rows: Row[] = [];
  for (const [text, script] of scripts) {
    const load = { ...alone, script };
    const measured: Measured[] = [];
    for (const name of names) measured.push(await measure(name, load, false));
    const rate = ({ answered }: Measured) => `${((100 * answered) / alone.rounds).toFixed(1)}%`;
    rows.push([`${text}: answered`, ...measured.map(rate)]);
    rows.push([`${text}: errors that callers see`, ...measured.map(failures)]);
    rows.push([`${text}: connections`, ...measured.map(({ ports }) => ports)]);
  }
  table(['', ...names], rows);
}

async function scenariosTable(): Promise<void> {
  const rows = await whatEachPoolPasses([ours, documented]);
  const failed = rows.filter(({ verdicts }) => verdicts[1] !== 'pass');
  console.log(`## The ${rows.length} scenarios of dns-pool with one upstream, against both\n`);
  table(
    ['scenario', 'weakness or standard', ours, documented],
    rows.map(({ path, foretold, verdicts }) => [path, foretold.join(' '), ...verdicts]),
  );
  const surprises = rows.filter(
    ({ foretold, verdicts }) => foretold.length > 0 !== (verdicts[1] !== 'pass'),
  );
  console.log(`${documented} fails ${failed.length}.`);
  for (const { path } of surprises) console.log(`Not as foretold: ${path}`);
  if (surprises.length === 0)
    console.log(
      'Those are exactly the ones that its weaknesses, and the standards it does not follow, foretell.',
    );
  if (surprises.length > 0) process.exitCode = 1;
}

async function main(): Promise<number> {
  await portsTable();
  await deadConnectionsTable();
  await scenariosTable();
  return Number(process.exitCode ?? 0);
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main());
