/** A run that is stopped leaves no process, no namespace, and a report that says so. */

import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import type { RunResult } from '../../harness/result.ts';
import { startCli } from '../support/cli.ts';
import { endlessScenario } from '../support/endless.ts';
import { perlFile, whyNoPerl } from '../support/programs.ts';

interface Endless {
  /** Waits for two minutes, unless it is stopped. */
  scenario: string;
  args: string[];
}

const raw: Endless = {
  args: [],
  scenario: endlessScenario,
};

const program: Endless = {
  args: ['--client', perlFile],
  scenario: `
import { answerAll, connections, errors, everyRequest, outcome, request, scenario, swallow, swapped } from 'pipewrench';
export default scenario({
  title: 'a scenario that takes its time',
  claims: ['F1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  deadlineMs: 120000,
  upstream: connections([swallow()]),
  workload: [request('a.example')],
  expect: [everyRequest('answered')],
  counter: swapped(connections([answerAll()]), [outcome(1).fails('EOF')]),
});
`,
};

function read<T>(get: () => T, otherwise: T): T {
  try {
    return get();
  } catch {
    // The process is gone by now, or somebody else's.
    return otherwise;
  }
}

/** Processes whose environment carries this mark: all that a run has started, and nothing else. */
function marked(mark: string): string[] {
  return readdirSync('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      read(() => readFileSync(`/proc/${pid}/environ`, 'latin1'), '').includes(mark),
  );
}

/** Whether a connection is established in the process's own network namespace. */
const isConnected = (pid: string) =>
  namespaceOf(pid) !== namespaceOf('self') &&
  / 01 [0-9A-F]{8}:/.test(read(() => readFileSync(`/proc/${pid}/net/tcp`, 'latin1'), ''));

const namespaceOf = (pid: string) => read(() => readlinkSync(`/proc/${pid}/ns/net`), '');
const commandOf = (pid: string) =>
  read(() => readFileSync(`/proc/${pid}/comm`, 'latin1').trim(), '');

/** Now and then, since to look at all processes takes time from them. Milliseconds. */
const pauseMs = 20;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(pauseMs);
}

async function interrupted(
  t: import('tap').Test,
  signal: NodeJS.Signals,
  { scenario, args }: Endless,
) {
  const dir = t.testdir({ 'endless.ts': scenario });
  const out = join(dir, 'run');
  const mark = randomUUID();
  const { child, ended } = startCli(['run', join(dir, 'endless.ts'), '--out', out, ...args], {
    env: { PIPEWRENCH_TEST_MARK: mark },
  });
  t.teardown(() => child.kill('SIGKILL'));
  // The client is connected: the run is in the middle of the scenario.
  await until(() => marked(mark).some(isConnected));
  const during = marked(mark);
  const namespaces = new Set(
    during.map(namespaceOf).filter((name) => name !== namespaceOf('self')),
  );
  const commands = during.map(commandOf);
  child.kill(signal);
  return { out, mark, during, commands, namespaces, ended: await ended };
}

t.test('SIGINT', async (t) => {
  const { out, mark, during, namespaces, ended } = await interrupted(t, 'SIGINT', raw);
  t.equal(ended.code, 130, 'as shells report it');
  t.ok(during.length >= 2, 'there was something to leave behind');
  t.strictSame(marked(mark), [], 'no process is left');
  const left = readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && namespaces.has(namespaceOf(pid)),
  );
  t.strictSame(left.map(commandOf), [], 'nobody is in a namespace of the run');
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;
  t.equal(run.interrupted, true);
  t.match(readFileSync(join(out, 'report.html'), 'utf8'), /interrupted/i);
  t.match(ended.stdout, /interrupted/i);
});

t.test('SIGKILL of the process the user started', async (t) => {
  const { out, mark, during } = await interrupted(t, 'SIGKILL', raw);
  t.ok(during.length >= 2, 'there was something to leave behind');
  // What it started is told by the kernel, and unwinds by itself.
  await until(() => marked(mark).length === 0);
  const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;
  t.equal(run.interrupted, true);
});

t.test('a client in a process of its own goes too', { skip: whyNoPerl }, async (t) => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const { mark, commands } = await interrupted(t, signal, program);
    t.ok(commands.includes('perl-dns'), 'there was something to leave behind');
    await until(() => marked(mark).length === 0);
    t.pass(`${signal}: no process is left`);
  }
});
