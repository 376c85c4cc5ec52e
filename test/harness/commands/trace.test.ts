/** Real programs, the real strace and the real tcpdump. */

import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { readPcap } from '../../../harness/recorders/pcap.ts';
import { tapSyscalls } from '../../../harness/recorders/syscalls.ts';
import { type TraceResult, traceResultSchema } from '../../../harness/trace-result.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { startCli, stayingCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { wireOrReason } from '../../support/wire.ts';

const tap = tapSyscalls();
const wire = await wireOrReason();
const reasons = [tap, wire].flatMap((one) => ('unavailable' in one ? [one.unavailable] : []));
const perl = findProgram('perl');
const skip = reasons[0] ?? (perl ? false : 'perl is not installed');
if (!('unavailable' in wire)) await wire.stop();

/** What traces nothing. */
const runCli = stayingCli(t);

interface Unwinds {
  teardown(run: () => void): unknown;
}

async function listening(t: Unwinds, onConnection: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

const setup = `use Socket; $| = 1; $SIG{PIPE} = 'IGNORE';
  sub dial { socket(S, PF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) }`;
const script = (code: string, ...args: unknown[]) => [
  perl ?? 'perl',
  '-e',
  `${setup} ${code}`,
  ...args.map(String),
];

interface Started {
  cwd: string;
  options?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

function start(t: Unwinds, command: readonly string[], { cwd, options = [], env = {} }: Started) {
  const args = ['trace', '--out', 'out', ...options, '--', ...command];
  const started = startCli(args, { cwd, env: { ...env, FORCE_COLOR: '0' } });
  t.teardown(() => started.child.kill('SIGKILL'));
  const says = async (text: string) => {
    let all = '';
    for await (const [part] of onData(started.child.stdout)) {
      all += String(part);
      if (all.includes(text)) return;
    }
  };
  return { ...started, says };
}

const onData = (stream: NodeJS.ReadableStream | null) =>
  stream
    ? (async function* () {
        for (;;) yield await once(stream, 'data');
      })()
    : [];

const stored = (cwd: string): TraceResult =>
  traceResultSchema.parse(JSON.parse(readFileSync(join(cwd, 'out', 'trace.json'), 'utf8')));

t.test('a program that meets a broken pipe', { skip }, async (t) => {
  const cwd = folder(t);
  const port = await listening(t, (socket) => {
    socket.once('data', () => socket.destroy());
  });
  const code =
    "dial(); syswrite(S, 'a'); sysread(S, $b, 9); syswrite(S, 'b'); syswrite(S, 'c') or print qq($!\\n); sysread(S, $b, 9); exit 5";
  const { code: exit, stdout, stderr } = await start(t, script(code, port), { cwd }).ended;
  t.equal(exit, 5, 'its own exit code');
  t.match(stdout, /^Broken pipe\npipewrench /, 'its own output first');
  t.match(
    stdout,
    /errors EOF, RST, EPIPE, EOF\n {3}ended {2}the upstream closed first, with FIN, frame \d+\n/,
  );
  t.match(stdout, /→ f1 SYN seq 0\n.*← f\d+ RST seq/s);
  t.match(stderr, /pipewrench: recording .*perl/);
  t.match(stderr, /pipewrench: report: out\/report\.html\n$/);
  const trace = stored(cwd);
  t.match(trace.connections, [
    { transport: 'tcp', side: 'client', errors: ['EOF', 'RST', 'EPIPE', 'EOF'] },
  ]);
  t.strictSame(trace.timeline.gaps, []);
  const packets = await readPcap(readFileSync(join(cwd, 'out', 'trace.pcap')));
  t.equal(packets.length, trace.connections[0]?.packets, 'of its connection alone');
  t.ok(existsSync(join(cwd, 'out', 'report.html')));

  for (const [reporter, begin] of [
    ['json', '{\n  "format": 1,'],
    ['html', '<!doctype html>'],
    ['terminal', 'pipewrench '],
  ] as const) {
    const again = await runCli(['report', 'out', '--reporter', reporter], { cwd });
    t.equal(again.code, 0, again.stderr);
    t.ok(again.stdout.startsWith(begin), reporter);
  }
});

t.test('a program that is refused, and one that is reset', { skip }, async (t) => {
  const cwd = folder(t);
  const port = await listening(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const code = "dial(); syswrite(S, 'a'); sysread(S, $b, 9); $ARGV[0] = 1; dial()";
  const options = ['--reporter', 'json'];
  const { code: exit, stdout } = await start(t, script(code, port), { cwd, options }).ended;
  t.equal(exit, 0);
  const trace = traceResultSchema.parse(JSON.parse(stdout));
  t.strictSame(trace, stored(cwd));
  t.match(trace.connections, [
    { errors: ['RST', 'ECONNRESET'], ending: { kind: 'closed', by: 'upstream', flag: 'RST' } },
    { errors: ['RST', 'ECONNREFUSED'], ending: { kind: 'refused' } },
  ]);
  t.match(trace.connections[1]?.tuple, /^127\.0\.0\.1:[1-9]\d*->127\.0\.0\.1:1$/);
});

t.test('a program that is the server, and --port', { skip }, async (t) => {
  const cwd = folder(t);
  const aside = await listening(t, () => {});
  const port = await listening(t, () => {});
  const code = `socket(L, PF_INET, SOCK_STREAM, 0); bind(L, sockaddr_in(0, INADDR_LOOPBACK)); listen(L, 9);
    my ($p) = sockaddr_in(getsockname(L)); dial();
    socket(C, PF_INET, SOCK_STREAM, 0); connect(C, sockaddr_in($p, INADDR_LOOPBACK)); accept(A, L);
    print A 'x'; close(C); $n = syswrite(A, 'a'); $n = syswrite(A, 'b');`;
  await start(t, script(code, aside), { cwd, options: ['--port', String(port)] }).ended;
  t.strictSame(stored(cwd).connections, [], 'other ports are left out');
  const second = folder(t);
  await start(t, script(code, aside), { cwd: second }).ended;
  const [dialled, served] = stored(second).connections;
  t.match(dialled, { side: 'client', errors: [] });
  // Whoever plays both ends is told as the client.
  t.match(served, { side: 'both', ending: { kind: 'closed', by: 'client' } });
});

t.test('how it ends', { skip }, async (t) => {
  const cwd = folder(t);
  const killed = await start(t, script('kill(15, $$)'), { cwd }).ended;
  t.equal(killed.code, 143);
  t.match(killed.stdout, /killed by SIGTERM/);
  t.match(killed.stdout, /no connection was seen/);
  const wrongs = [
    [['--port', '0'], ['true'], /--port 0 is no port\n {2}expected: a number from 1 to 65535/],
    [['--port', 'x'], ['true'], /--port x is no port/],
    [
      ['--reporter', 'tap'],
      ['true'],
      /no reporter "tap"\n {2}expected: one of: terminal, json, html/,
    ],
    [[], ['no-such-program'], /there is no program no-such-program that can be run/],
    [[], ['/tmp'], /there is no program \/tmp that can be run/],
    [[], [], /missing required argument 'command'/],
    [[], ['true'], /the output folder out is not empty/],
  ] as const;
  for (const [options, command, said] of wrongs) {
    const wrong = await runCli(['trace', '--out', 'out', ...options, '--', ...command], { cwd });
    t.equal(wrong.code, 2, wrong.stderr);
    t.match(wrong.stderr, said);
    t.notMatch(wrong.stderr, /\n {4}at /, 'no stack trace');
  }
});

t.test('Ctrl-C is handed on; a second one kills', { skip }, async (t) => {
  const polite = start(t, script("$SIG{INT} = sub { exit 7 }; print 'up'; sleep 100"), {
    cwd: folder(t),
  });
  await polite.says('up');
  polite.child.kill('SIGINT');
  const ended = await polite.ended;
  t.equal(ended.code, 7);
  t.match(ended.stdout, /exit code 7/);

  const cwd = folder(t);
  const deaf = start(t, script("$SIG{INT} = sub { print 'deaf' }; print 'up'; sleep 100 while 1"), {
    cwd,
  });
  await deaf.says('up');
  deaf.child.kill('SIGINT');
  await deaf.says('deaf');
  deaf.child.kill('SIGINT');
  t.equal((await deaf.ended).code, 137);
  t.equal(stored(cwd).interrupted, true);
});

t.test('what it leaves behind does not hold it up, and is ended', { skip }, async (t) => {
  const cwd = folder(t);
  const code =
    'if ((my $p = fork) == 0) { close STDOUT; close STDERR; setpgrp; sleep 1000; exit } else { print $p }';
  const { code: exit, stdout, stderr } = await start(t, script(code), { cwd }).ended;
  t.equal(exit, 0);
  t.match(stderr, /left processes behind/);
  const left = Number(/^\d+/.exec(stdout)?.[0]);
  t.ok(left > 0);
  t.ok(hasEnded(left));
});

/** Gone, or waited for by nobody. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return true;
  }
}

/** A PATH on which these programs are, and no others. */
function onlyThese(t: Parameters<typeof folder>[0], ...names: string[]) {
  const bin = join(folder(t), 'bin');
  mkdirSync(bin);
  for (const name of names) symlinkSync(findProgram(name) ?? name, join(bin, name));
  return { PATH: bin };
}
const hasElsewhere = (name: string) => {
  const path = process.env.PATH;
  process.env.PATH = '';
  const found = findProgram(name);
  process.env.PATH = path;
  return found !== undefined;
};
const skipHidden =
  skip ||
  (hasElsewhere('strace') || hasElsewhere('tcpdump') ? 'they cannot be hidden here' : false);

t.test('without strace, tcpdump, or both', { skip: skipHidden }, async (t) => {
  const port = await listening(t, (socket) => socket.end());
  const command = script('dial(); sysread(S, $b, 9)', port);

  const packets = folder(t);
  const env = onlyThese(t, 'tcpdump');
  const options = ['--port', String(port)];
  const first = await start(t, command, { cwd: packets, env, options }).ended;
  t.equal(first.code, 0);
  t.match(first.stderr, /pipewrench: no system calls: strace is not installed/);
  t.match(stored(packets), {
    connections: [{ side: null, transport: 'tcp', calls: 0 }],
    timeline: { gaps: [{ recorder: 'syscalls' }] },
  });
  const nameless = await start(t, command, { cwd: folder(t), env }).ended;
  t.equal(nameless.code, 3);
  t.match(nameless.stderr, /next: name the ports of its upstreams with --port/);

  const calls = folder(t);
  const second = await start(t, command, { cwd: calls, env: onlyThese(t, 'strace') }).ended;
  t.equal(second.code, 0);
  t.match(stored(calls), {
    machine: { capture: /^embedded/ },
    connections: [
      { side: 'client', transport: 'tcp', errors: ['EOF'], ending: { kind: 'closed' } },
    ],
    timeline: { gaps: [] },
    pcap: 'trace.pcap',
  });

  const blind = folder(t);
  const asked = await start(t, command, {
    cwd: blind,
    env: onlyThese(t, 'strace'),
    options: ['--capture', 'tcpdump'],
  }).ended;
  t.equal(asked.code, 0);
  t.match(asked.stdout, /evidence is missing \(wire\): tcpdump is not installed/);
  t.match(stored(blind), {
    connections: [
      { side: 'client', transport: null, errors: ['EOF'], ending: { kind: 'unknown' } },
    ],
    pcap: null,
  });

  const cwd = folder(t);
  const third = await start(t, script("open(F, '>', 'ran')"), {
    cwd,
    env: { ...onlyThese(t), PIPEWRENCH_CAPTURE: 'tcpdump' },
  }).ended;
  t.equal(third.code, 3);
  t.match(
    third.stderr,
    /^error: nothing can be recorded\n {2}system calls: .*\n {2}packets: .*\n {2}next: /,
  );
  t.notOk(existsSync(join(cwd, 'ran')), 'it is not run for nothing');
});
