/** Builds of a few shell commands: what is kept, what is left behind, what is said when it fails. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { buildProgram } from '../../../harness/programs/build.ts';
import type { BuildPlan, Built } from '../../../harness/programs/program.ts';
import { folder } from '../../support/folder.ts';
import { until } from '../../support/turns.ts';

interface Unwinds {
  teardown(run: () => void): void;
}

/** A package with one source, and a plan whose steps are these shell commands. */
function packageWith(t: Unwinds, ...scripts: string[]) {
  const packageFolder = folder(t, { 'clients/toy/main.txt': 'one' });
  const plan: BuildPlan = {
    sources: 'clients/toy',
    toolchain: ['env'],
    steps: scripts.map((script) => ['sh', '-c', script, 'sh', '{out}']),
    command: ['cat', '{out}/main.txt', '{sources}/main.txt'],
  };
  const store = join(packageFolder, 'build', 'programs');
  return {
    plan,
    store,
    stored: () => (existsSync(store) ? readdirSync(store) : []),
    build: (options: { signal?: AbortSignal; limitMs?: number } = {}) =>
      buildProgram(plan, { packageFolder, ...options }),
    edit: (text: string) => writeFileSync(join(packageFolder, 'clients/toy/main.txt'), text),
    log: join(packageFolder, 'log'),
    packageFolder,
  };
}

function commandOf(built: Built): readonly string[] {
  if ('unavailable' in built) throw new Error(`expected a command: ${built.unavailable}`);
  return built.command;
}

const why = (built: Built) => ('unavailable' in built ? built.unavailable : 'it was built');

const copy = 'cp main.txt "$1"; echo x >> ../../log';
const timesBuilt = (log: string) => readFileSync(log, 'utf8').trim().split('\n').length;

t.test('it is built once for each state of its sources', async (t) => {
  const { build, edit, stored, log, packageFolder } = packageWith(t, copy);
  const [cat, kept = '', source] = commandOf(await build());
  t.strictSame([cat, source], ['cat', join(packageFolder, 'clients/toy/main.txt')]);
  t.equal(readFileSync(kept, 'utf8'), 'one');
  t.strictSame(commandOf(await build())[1], kept);
  t.equal(timesBuilt(log), 1);

  edit('two');
  const [, changed = ''] = commandOf(await build());
  t.equal(readFileSync(changed, 'utf8'), 'two');
  t.not(changed, kept);
  t.equal(stored().length, 1, 'what was built from the sources before is gone');
  t.equal(timesBuilt(log), 2);
});

t.test('programs with the same steps that are asked for at once share a build', async (t) => {
  const { build, log } = packageWith(t, copy);
  const all = await Promise.all([build(), build(), build()]);
  t.equal(new Set(all.map((built) => commandOf(built)[1])).size, 1);
  t.equal(timesBuilt(log), 1);
});

t.test('another process was faster: what it built is taken', async (t) => {
  const place = `d=$(echo "$1" | sed -E 's/[.]([^/]*)[.][0-9]+[.][^/]+$/\\1/')`;
  const theirs = `${place}; mkdir "$d"; echo theirs > "$d/main.txt"`;
  const { build, stored } = packageWith(t, copy, theirs);
  const [, kept = ''] = commandOf(await build());
  t.equal(readFileSync(kept, 'utf8'), 'theirs\n');
  t.equal(stored().length, 1);
});

t.test('a step that fails: its command, how it ended, its last lines', async (t) => {
  const fails = 'seq 1 100; echo no network >&2; exit 3';
  const { build, stored } = packageWith(t, fails, 'touch ../../reached');
  const text = why(await build());
  t.match(text, /^"sh -c .*" ended with exit code 3\n92\n[\d\n]*\n100\nno network$/);
  t.strictSame(stored(), []);
});

t.test('a step that cannot be started', async (t) => {
  const { plan, packageFolder } = packageWith(t);
  const built = await buildProgram({ ...plan, steps: [['./no-such-program']] }, { packageFolder });
  t.match(why(built), /could not be started: .*ENOENT/);
});

t.test('a build that takes too long is ended', async (t) => {
  const { build, stored } = packageWith(t, 'sleep 60');
  t.match(why(await build({ limitMs: 50 })), /was ended: .*timeout/);
  t.strictSame(stored(), []);
});

t.test('a build that is given up: nothing runs on, nothing half is kept', async (t) => {
  const { build, stored, packageFolder } = packageWith(
    t,
    'touch "$1/half"; sleep 60 & echo $! > ../../pid.new; mv ../../pid.new ../../pid; wait',
  );
  const giveUp = new AbortController();
  const building = build({ signal: giveUp.signal });
  const pidFile = join(packageFolder, 'pid');
  await until('the step runs', () => existsSync(pidFile));
  giveUp.abort(new Error('interrupted'));
  t.match(why(await building), 'was ended: interrupted');
  const pid = readFileSync(pidFile, 'utf8').trim();
  await until('what the step has started is gone', () => !isRunning(pid));
  t.strictSame(stored(), []);
  t.match(why(await build({ signal: giveUp.signal })), 'was ended: interrupted');
});

/** Who is dead and not yet waited for is not running. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

t.test('what a killed build has left is cleared away', async (t) => {
  const { build, store, stored } = packageWith(t, copy);
  const [, first = ''] = commandOf(await build());
  // No process can have this id: it is above the kernel's limit.
  const abandoned = join(store, `.${basename(join(first, '..'))}.99999999.abc`);
  writeFileSync(abandoned, '');
  const { plan, packageFolder } = {
    plan: packageWith(t, copy).plan,
    packageFolder: join(store, '../..'),
  };
  await buildProgram({ ...plan, steps: [['true']] }, { packageFolder });
  t.notOk(existsSync(abandoned));
  t.equal(stored().length, 2, 'other programs stay');
});

t.test('a missing tool is named, and what to install', async (t) => {
  const { plan, packageFolder } = packageWith(t);
  const toolchain = ['no-such-tool', 'env'];
  t.strictSame(await buildProgram({ ...plan, toolchain }, { packageFolder }), {
    unavailable: 'not on the PATH: no-such-tool',
  });
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '';
  t.strictSame(await buildProgram({ ...plan, toolchain: ['mvn', 'go'] }, { packageFolder }), {
    unavailable: 'not on the PATH: mvn, go (Debian: maven, golang-go)',
  });
});

t.test('a folder that cannot be written to, sources that are not there', async (t) => {
  const { plan } = packageWith(t);
  const packageFolder = folder(t, { build: 'no folder', 'clients/toy/main.txt': '' });
  t.match(why(await buildProgram(plan, { packageFolder })), /cannot build in .*: ENOTDIR/);
  const empty = folder(t);
  t.match(why(await buildProgram(plan, { packageFolder: empty })), /ENOENT.*clients\/toy/);
});
