/** Real programs under the real strace. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import t from 'tap';
import type { SyscallEvent } from '../../../harness/event.ts';
import { failureOf } from '../../../harness/expect/system-calls.ts';
import { tapSyscalls } from '../../../harness/recorders/syscalls.ts';
import { findProgram } from '../../../kernel/programs.ts';

const tap = tapSyscalls();
const skip = 'unavailable' in tap ? tap.unavailable : false;
const skipPerl = skip || (findProgram('perl') ? false : 'perl is not installed');

interface Unwinds {
  teardown(run: () => void): unknown;
}

/** A server of the test's own process, and its port. */
async function listening(t: Unwinds, onConnection: (socket: Socket) => void) {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Runs the command under strace until it writes `end`; resolves with its calls. */
async function traced(t: Unwinds, command: readonly string[], port: number, end = '{"id": 7}') {
  if ('unavailable' in tap) throw new Error(tap.unavailable);
  const [program = '', ...args] = tap.wrap(command);
  const stdio = ['ignore', 'pipe', 'inherit', 'pipe'] as const;
  const child = spawn(program, args, { stdio: [...stdio] });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const stream = tap.read(child.stdio[tap.fd] as Readable, () => [port]);
  child.stdout?.resume();
  const { calls, gap } = await stream.until(end);
  return { calls, gap, stream, child, exited };
}

const sequence = (calls: readonly SyscallEvent[]) => calls.flatMap((call) => failureOf(call) ?? []);
const node = (code: string, ...args: unknown[]) => [
  process.execPath,
  '-e',
  `const net = require('node:net'); const done = (x) => process.stdout.write('{"id": 7}' + (x ?? '') + '\\n'); ${code}`,
  ...args.map(String),
];
const perl = (code: string, ...args: unknown[]) => [
  findProgram('perl') ?? 'perl',
  '-MSocket',
  '-e',
  `$| = 1; $SIG{PIPE} = 'IGNORE'; socket(S, PF_INET, SOCK_STREAM, 0); ${code}; print qq({"id": 7}\\n)`,
  ...args.map(String),
];
const perlConnect = 'connect(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK));';

t.test('a program whose upstream closes meets EPIPE, then EOF', { skip: skipPerl }, async (t) => {
  const port = await listening(t, (socket) => {
    socket.once('data', () => socket.destroy());
  });
  // The first read waits for the FIN, so that what is written after it draws an RST.
  const code = `${perlConnect} syswrite(S, 'a'); sysread(S, $b, 9); syswrite(S, 'b'); syswrite(S, 'c'); sysread(S, $b, 9); close(S)`;
  const { calls, gap, exited } = await traced(t, perl(code, port), port);
  t.equal(gap, undefined);
  t.strictSame(sequence(calls), ['EOF', 'EPIPE', 'EOF']);
  t.strictSame(
    calls.map(({ call }) => call),
    ['connect', 'write', 'read', 'write', 'write', 'read', 'close'],
  );
  t.equal(new Set(calls.map(({ tuple }) => tuple)).size, 1);
  t.match(calls[0]?.tuple, new RegExp(`^127\\.0\\.0\\.1:\\d+->127\\.0\\.0\\.1:${port}$`));
  t.strictSame(await exited, [0, null]);
});

t.test('many threads: Node, a reset', { skip }, async (t) => {
  const port = await listening(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const code = `const s = net.connect(${port}, '127.0.0.1', () => s.write('a')); s.on('error', (e) => done(e.code));`;
  const { calls, gap } = await traced(t, node(code), port);
  t.equal(gap, undefined);
  t.strictSame(sequence(calls), ['ECONNRESET']);
});

t.test('a connect that is refused has no port of its own', { skip }, async (t) => {
  const port = await listening(t, () => {});
  const code = `net.connect(1, '127.0.0.1').on('error', (e) => done(e.code)); net.connect(${port}, '127.0.0.1')`;
  const { calls } = await traced(t, node(code), 1);
  t.strictSame(sequence(calls), ['ECONNREFUSED']);
  t.match(calls.at(-1)?.tuple, /^inode-\d+:0->127\.0\.0\.1:1$/);
});

t.test('a fork speaks on the connection of its parent', { skip: skipPerl }, async (t) => {
  const port = await listening(t, (socket) => socket.resume());
  const code = `${perlConnect} syswrite(S, 'a'); if (fork == 0) { syswrite(S, 'child'); exit } wait; close(S)`;
  const { calls } = await traced(t, perl(code, port), port);
  t.strictSame(
    calls.map(({ call, bytes }) => [call, bytes]),
    [
      ['connect', undefined],
      ['write', 1],
      ['write', 5],
      // Perl closes what is open when it exits.
      ['close', undefined],
      ['close', undefined],
    ],
  );
  t.equal(new Set(calls.map(({ tuple }) => tuple)).size, 1);
  t.equal(new Set(calls.map(({ pid }) => pid)).size, 2);
});

t.test('each reply takes out what came before it', { skip }, async (t) => {
  const port = await listening(t, (socket) => socket.pipe(socket));
  const code = `const s = net.connect(${port}, '127.0.0.1'); let n = 0; const ask = () => s.write('a'.repeat(++n)); s.on('connect', ask);
    s.on('data', () => { process.stdout.write('{"id": ' + n + '}\\n'); if (n < 3) ask(); else s.destroy(); })`;
  const { calls, stream } = await traced(t, node(code), port, '{"id": 1}');
  const bytes = (all: readonly SyscallEvent[]) =>
    all.flatMap((call) => (call.call === 'write' ? [call.bytes] : []));
  t.strictSame(bytes(calls), [1]);
  t.strictSame(bytes((await stream.until('{"id": 2}')).calls), [2]);
  t.strictSame(bytes((await stream.until('{"id": 3}')).calls), [3]);
});

t.test(
  'a program that is killed leaves a gap, and what came before',
  { skip: skipPerl },
  async (t) => {
    const port = await listening(t, (socket) => socket.resume());
    const code = `${perlConnect} syswrite(S, 'a'); kill(9, $$)`;
    const { calls, gap, exited } = await traced(t, perl(code, port), port);
    t.match(gap, /^strace ended before it showed \{"id": 7\}/);
    t.strictSame(
      calls.map(({ call }) => call),
      ['connect', 'write'],
    );
    t.strictSame(await exited, [null, 'SIGKILL']);
  },
);

t.test('the child is the program itself, and its outputs are its own', { skip }, async (t) => {
  if ('unavailable' in tap) return;
  const code =
    'process.stdout.write(String(process.pid)); process.stderr.write("mine"); process.exit(5)';
  const [program = '', ...args] = tap.wrap([process.execPath, '-e', code]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  tap.read(child.stdio[tap.fd] as Readable, () => []);
  const texts = ['', ''];
  for (const [index, output] of [child.stdout, child.stderr].entries())
    output?.on('data', (text) => {
      texts[index] += String(text);
    });
  const [code5] = await once(child, 'close');
  t.equal(code5, 5);
  t.strictSame(texts, [String(child.pid), 'mine']);
});

t.test('a strace that ends before its program is missed', async (t) => {
  if ('unavailable' in tap) return;
  const first = '1795304787.000001 close(3) = 0 <0.000010>';
  for (const [last, gap] of [
    ['1795304787.000002 +++ exited with 0 +++', undefined],
    ['', 'strace ended before it showed the end of process 7'],
  ]) {
    const stream = new PassThrough();
    const reading = tap.read(stream, () => [1]);
    stream.end(`pid 7\n${first}\n${last}\n`);
    t.strictSame(await reading.untilEnd(), { calls: [], ...(gap && { gap }) });
  }
});

t.test('what is no strace gives a gap and no calls', { skip }, async (t) => {
  if ('unavailable' in tap) return;
  const stream = new PassThrough();
  const reading = tap.read(stream, () => [1]);
  stream.end('nonsense\n');
  t.strictSame(await reading.until('x'), {
    calls: [],
    gap: 'strace ended before it showed x; 1 line of strace could not be read, the first: nonsense',
  });
});

t.test('why there is none is told in words', async (t) => {
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '';
  const none = tapSyscalls();
  const isElsewhere = findProgram('strace') !== undefined;
  if (!isElsewhere) t.match(none, { unavailable: /^strace is not installed; `pipewrench doctor`/ });
  else t.ok('wrap' in none || none.unavailable !== '');
});
