/** The scripts behind make and .ci/run, run as they are there. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const root = path.dirname(fileURLToPath(import.meta.resolve('pipewrench/package.json')));
const script = (name: string) => path.join(root, 'scripts', name);

const node = (cwd: string, file: string, ...args: string[]) =>
  spawnSync(process.execPath, [file, ...args], { cwd, encoding: 'utf8' });

t.test('setup.sh', async (t) => {
  /** Runs it on a machine that has these programs and no others. */
  function setUp(t: Test, programs: Record<string, string>) {
    const folder = t.testdir({ env: t.fixture('symlink', '/usr/bin/env') });
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`);
      chmodSync(path.join(folder, name), 0o755);
    }
    const { status, stdout, stderr } = spawnSync('/bin/sh', [script('setup.sh')], {
      encoding: 'utf8',
      env: { PATH: folder, SETUP_SBIN_FOLDERS: '', LOG: path.join(folder, 'log') },
    });
    const log = path.join(folder, 'log');
    return {
      status,
      text: stdout + stderr,
      calls: existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [],
    };
  }
  const programs = {
    node: 'echo v20.12.0',
    npm: '',
    tcpdump: '',
    strace: '',
    nft: '',
    id: 'echo 1000',
  };
  const { tcpdump: _, strace: __, nft: ___, ...without } = programs;

  t.test('says nothing when everything is there', async (t) => {
    t.strictSame(setUp(t, programs), { status: 0, text: '', calls: [] });
  });

  for (const version of ['v20.11.1', 'v18.20.0', 'v9.0.0', 'nonsense']) {
    t.test(`does not go on with Node ${version}`, async (t) => {
      const { status, text } = setUp(t, { ...programs, node: `echo ${version}` });
      t.equal(status, 1);
      t.match(text, /expected Node.js >= 20.12/);
      t.match(text, version);
      t.match(text, /next: install Node.js/);
    });
  }

  for (const version of ['v20.12.0', 'v20.20.2', 'v22.0.0', 'v100.1.0']) {
    t.test(`goes on with Node ${version}`, async (t) => {
      t.equal(setUp(t, { ...programs, node: `echo ${version}` }).status, 0);
    });
  }

  t.test('names what is missing: node, npm', async (t) => {
    const { node: _node, ...noNode } = programs;
    const { npm: _npm, ...noNpm } = programs;
    t.match(setUp(t, noNode), { status: 1, text: /no node on the PATH/ });
    t.match(setUp(t, noNpm), { status: 1, text: /no npm on the PATH/ });
  });

  t.test('may not install: says what is lost and which command installs it', async (t) => {
    const { status, text, calls } = setUp(t, { ...without, 'apt-get': 'echo "$@" >> "$LOG"' });
    t.equal(status, 0);
    t.match(text, /tcpdump is missing: pipewrench captures packets itself/);
    t.match(text, /strace is missing/);
    t.match(text, /nft is missing/);
    t.match(text, /next: sudo apt-get install .*tcpdump strace nftables/);
    t.strictSame(calls, []);
  });

  /** An apt-get that writes down what it is asked, and installs when the index has been fetched. */
  const aptGet = `echo "$@" >> "$LOG"
case "$*" in
  *update*) : > "$LOG.index" ;;
  *install*)
    [ -e "$LOG.index" ] || exit 100
    for name in tcpdump strace nft; do : > "\${0%/*}/$name"; /bin/chmod +x "\${0%/*}/$name"; done ;;
esac`;

  t.test('root: installs, and fetches the index when it must', async (t) => {
    const { status, text, calls } = setUp(t, { ...without, id: 'echo 0', 'apt-get': aptGet });
    t.match({ status, text }, { status: 0, text: 'setup: installing tcpdump strace nftables' });
    t.notMatch(text, 'missing');
    t.match(calls, [
      /install .*tcpdump strace nftables/,
      /update$/,
      /install .*tcpdump strace nftables/,
    ]);
  });

  t.test('sudo without a password: installs', async (t) => {
    const sudo = '[ "$1" = -n ] || exit 1; shift; [ "$1" = true ] || "$@"';
    const { status, text } = setUp(t, { ...without, 'apt-get': aptGet, sudo });
    t.equal(status, 0);
    t.notMatch(text, 'missing');
  });

  t.test('sudo with a password: does not ask', async (t) => {
    const { status, text, calls } = setUp(t, { ...without, 'apt-get': aptGet, sudo: 'exit 1' });
    t.match({ status, text }, { status: 0, text: 'tcpdump is missing' });
    t.strictSame(calls, []);
  });

  t.test('an installation that fails stops nothing', async (t) => {
    const { status, text } = setUp(t, { ...without, id: 'echo 0', dnf: 'exit 1' });
    t.equal(status, 0);
    t.match(text, 'the installation failed');
    t.match(text, /next: dnf install -y tcpdump strace nftables/);
  });

  t.test('no package manager that is known', async (t) => {
    t.match(setUp(t, without), {
      status: 0,
      text: /next: install tcpdump strace nftables with the package manager/,
    });
  });
});

t.test('ci-summary.mjs', async (t) => {
  const passing = 'TAP version 14\nok 1 - a.test.js\n# { total: 5, pass: 5 }\n# time=9ms\n';

  function summary(t: Test, tap: string | null, run: unknown, stages: string[] = []) {
    const folder = t.testdir({
      ...(tap === null ? {} : { 'tests.tap': tap }),
      ...(run === null ? {} : { 'run.json': JSON.stringify(run) }),
    });
    const { status, stdout } = node(
      folder,
      script('ci-summary.mjs'),
      'tests.tap',
      'run.json',
      ...stages,
    );
    return `${stdout.trimEnd().split('\n').at(-1)}, exit ${status}`;
  }
  const run = (...verdicts: string[]) => ({
    planned: verdicts.length,
    scenarios: verdicts.map((verdict) => ({ verdict })),
  });

  t.test('everything passed', async (t) => {
    t.equal(summary(t, passing, run('pass', 'pass')), '7 passed, 0 failed, exit 0');
  });
  t.test('a failed test', async (t) => {
    const tap = '# { total: 5, pass: 2, fail: 1, todo: 1, skip: 1 }\n';
    t.equal(summary(t, tap, run('pass')), '3 passed, 1 failed, exit 1');
  });
  t.test('what failed is named once, with what tap tells', async (t) => {
    const tap = `# Subtest: build/test/a.test.js
    # Subtest: one
        ok 1 - fine
        not ok 2 - should be equal
          ---
          diff: two lines
          ...
        1..2
    not ok 1 - one # time=3.1ms
    # Subtest: two
        ok 1 - fine
    ok 2 - two # time=3.1ms
not ok 1 - build/test/a.test.js # time=9ms
# Subtest: build/test/b.test.js
    # Subtest: one
        ok 1 - fine
    ok 1 - one # time=3.1ms
not ok 2 - build/test/b.test.js # time=9ms
  ---
  signal: SIGKILL
  ...
# { total: 5, pass: 3, fail: 2 }
`;
    const folder = t.testdir({
      'tests.tap': tap,
      'run.json': JSON.stringify({
        planned: 1,
        scenarios: [{ verdict: 'unknown', path: 'dns/x.ts', reason: 'no capture' }],
      }),
    });
    const { stdout } = node(folder, script('ci-summary.mjs'), 'tests.tap', 'run.json');
    t.strictSame(stdout.trimEnd().split('\n'), [
      'tests: 3 passed, 2 failed, 0 skipped, 0 to do',
      'failed test: build/test/a.test.js > one > should be equal',
      '          diff: two lines',
      'failed test: build/test/b.test.js',
      '  signal: SIGKILL',
      'scenarios: 0 of 1 passed, 0 not run',
      'unknown: dns/x.ts: no capture',
      '3 passed, 3 failed',
    ]);
  });
  t.test('unknown is not passed', async (t) => {
    t.equal(summary(t, passing, run('pass', 'fail', 'unknown')), '6 passed, 2 failed, exit 1');
  });
  t.test('a run that was interrupted', async (t) => {
    t.equal(summary(t, passing, { ...run('pass'), planned: 3 }), '6 passed, 2 failed, exit 1');
  });
  t.test('no scenario', async (t) => {
    t.equal(summary(t, passing, run()), '5 passed, 1 failed, exit 1');
  });
  t.test('no run', async (t) => {
    t.equal(summary(t, passing, null), '5 passed, 1 failed, exit 1');
  });
  t.test('no test', async (t) => {
    t.equal(summary(t, '# { total: 0, pass: 0 }\n', run('pass')), '1 passed, 1 failed, exit 1');
  });
  t.test('tests that did not come to their end', async (t) => {
    const tap = 'TAP version 14\n    # { total: 5, pass: 5 }\n';
    t.equal(summary(t, tap, run('pass')), '1 passed, 1 failed, exit 1');
    t.equal(summary(t, null, run('pass')), '1 passed, 1 failed, exit 1');
  });
  t.test('a test file without tests', async (t) => {
    const tap = `ok 1 - b.test.js # SKIP no tests found\n${passing}`;
    t.equal(summary(t, tap, run('pass')), '6 passed, 1 failed, exit 1');
  });
  t.test('a stage that failed where nothing is counted', async (t) => {
    t.equal(summary(t, passing, run('pass'), ['make check']), '6 passed, 1 failed, exit 1');
  });
});

t.test('prune-build.mjs', async (t) => {
  const folder = t.testdir({
    scripts: { 'prune-build.mjs': readFileSync(script('prune-build.mjs')) },
    test: { 'kept.ts': '', 'view.tsx': '' },
    build: {
      '.tsbuildinfo': '{}',
      'data.json': '{}',
      programs: { 'a-client': { 'index.js': '' } },
      test: { 'kept.js': '', 'kept.d.ts': '', 'kept.js.map': '', 'view.js': '' },
    },
  });
  const prune = () => node(folder, path.join(folder, 'scripts/prune-build.mjs')).stdout;
  const built = () =>
    readdirSync(path.join(folder, 'build'), { recursive: true, encoding: 'utf8' }).sort();

  const before = built();
  t.equal(prune(), '', 'nothing to remove');
  t.strictSame(built(), before);

  mkdirSync(path.join(folder, 'build/old/deep'), { recursive: true });
  for (const file of ['test/gone.test.js', 'test/gone.test.d.ts', 'old/deep/gone.js.map']) {
    writeFileSync(path.join(folder, 'build', file), '');
  }
  t.match(prune(), /removed 3 files/);
  t.strictSame(
    built(),
    before.filter((file) => file !== '.tsbuildinfo'),
    'what has no source is gone, and the memory of having compiled it',
  );
});

t.test('complete-lock.mjs', async (t) => {
  const locked = (packages: Record<string, object>) => JSON.stringify({ packages }, null, 2);
  const tool = {
    version: '1.2.3',
    dev: true,
    optionalDependencies: { 'tool-linux-x64-musl': '1.2.3', 'tool-win32-arm64': '1.2.3' },
  };
  const musl = {
    version: '1.2.3',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  };
  const windows = { version: '1.2.3', cpu: ['arm64'], dev: true, optional: true, os: ['win32'] };

  const complete = (folder: string, ...args: string[]) =>
    node(folder, script('complete-lock.mjs'), ...args);

  t.test('adds what is missing, in its place', async (t) => {
    const folder = t.testdir({
      'package-lock.json': locked({ '': {}, 'node_modules/tool': tool, 'node_modules/z': {} }),
    });
    const check = complete(folder, '--check');
    t.match(check, { status: 1, stderr: /lacks tool-linux-x64-musl@1.2.3\n.*lacks tool-win32/ });
    t.equal(complete(folder).status, 0);
    t.equal(
      readFileSync(path.join(folder, 'package-lock.json'), 'utf8'),
      `${locked({
        '': {},
        'node_modules/tool': tool,
        'node_modules/tool-linux-x64-musl': musl,
        'node_modules/tool-win32-arm64': windows,
        'node_modules/z': {},
      })}\n`,
    );
    t.match(complete(folder, '--check'), { status: 0, stderr: '' });
  });

  t.test('does not guess a platform', async (t) => {
    const odd = { optionalDependencies: { odd: '1.0.0' } };
    const folder = t.testdir({ 'package-lock.json': locked({ 'node_modules/tool': odd }) });
    t.match(complete(folder), { status: 1, stderr: /does not say which platform/ });
  });

  t.test('sees the name of a registry', async (t) => {
    const named = { resolved: 'https://registry.example/x.tgz' };
    const folder = t.testdir({ 'package-lock.json': locked({ 'node_modules/x': named }) });
    t.match(complete(folder, '--check'), { status: 1, stderr: /registry\.example/ });
  });

  t.test("the project's own lock file is complete", async (t) => {
    const { status, stderr } = complete(root, '--check');
    t.equal(stderr, '');
    t.equal(status, 0);
  });
});
