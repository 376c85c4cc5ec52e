/** The command as a user types it: what it prints, where it stops, how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { Explained } from '../../../explain/result.ts';
import { type ExplainCommand, explainCommand } from '../../../harness/commands/explain.ts';
import { UserError } from '../../../harness/errors.ts';
import { explainReporters } from '../../../reports/explain/reporters.ts';
import { rootFolder, runCli } from '../../support/cli.ts';
import {
  captureFile,
  connectionFrames,
  exchange,
  handshake,
  idleCloseRace,
} from '../../support/made-capture.ts';

const capture = captureFile(
  connectionFrames({ client: { host: '10.0.0.1', port: 40_000 } }, idleCloseRace()),
  connectionFrames(
    { client: { host: '10.0.0.1', port: 40_001 }, upstream: { host: '10.0.0.6', port: 5432 } },
    [...handshake, ...exchange(1), { from: 'upstream', atMs: 9, flags: ['RST'] }],
  ),
);
const folder = t.testdir();
const path = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const whole = path('whole.pcap', capture);

t.test('a capture, plain and compressed', async (t) => {
  const plain = await runCli(['explain', whole]);
  t.equal(plain.code, 0, plain.stderr);
  t.match(plain.stdout, /idle-close-race/);
  t.match(plain.stdout, /reset-while-idle/);
  const packed = await runCli(['explain', path('whole.gz', gzipSync(capture))]);
  t.equal(packed.code, 0);
  t.equal(packed.stdout.replace('whole.gz', 'whole.pcap'), plain.stdout);
});

t.test('standard input', async (t) => {
  const cli = join(rootFolder, 'build/harness/cli.js');
  const child = spawn(process.execPath, [cli, 'explain', '-', '--format', 'json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stdin.end(capture);
  const [code] = await once(child, 'close');
  t.equal(code, 0);
  t.match(JSON.parse(stdout), { format: 1, file: '-', connections: { tcp: 2, udp: 0 } });
});

t.test('one connection, one port', async (t) => {
  const out = join(folder, 'one.json');
  const chosen = async (typed: Partial<ExplainCommand>) => {
    const code = await explainCommand(whole, { format: 'json', out, ...typed }, explainReporters);
    t.equal(code, 0);
    return JSON.parse(readFileSync(out, 'utf8')) as Explained;
  };
  const one = await chosen({ connection: ['2'] });
  t.strictSame(
    one.shown.map(({ number, upstream }) => [number, upstream.address]),
    [[2, '10.0.0.6:5432']],
  );
  t.strictSame(one.counts, { 'reset-while-idle': 1 });
  const port = await chosen({ port: ['53'] });
  t.strictSame(
    port.shown.map(({ number }) => number),
    [1],
  );
  t.strictSame(port.counts, { 'idle-close-race': 1 });
  t.equal(port.upstreams.length, 1);
});

t.test('--out', async (t) => {
  const out = join(folder, 'out.json');
  const { code, stdout } = await runCli(['explain', whole, '--format', 'json', '--out', out]);
  t.equal(code, 0);
  t.equal(stdout, '');
  t.match(JSON.parse(readFileSync(out, 'utf8')), { format: 1 });
});

t.test('what can be read in part is told in part, with exit code 3', async (t) => {
  const cut = capture.subarray(0, capture.length - 5);
  const damaged = Buffer.from(capture);
  // The length of the fifth record.
  damaged.writeUInt32LE(0x7fff_ffff, recordAt(capture, 4) + 8);
  for (const [name, bytes, says] of [
    ['cut.pcap', cut, /reading stopped at byte \d+: it ends in the middle of a record/],
    ['damaged.pcap', damaged, /reading stopped at byte \d+: /],
  ] as const) {
    const { code, stdout, stderr } = await runCli(['explain', path(name, bytes)]);
    t.equal(code, 3, name);
    t.equal(stderr, '');
    t.match(stdout, says);
    t.match(stdout, /connections {2}bytes/);
  }
});

/** Where a record of a classic capture begins. */
function recordAt(file: Buffer, index: number): number {
  let at = 24;
  for (let left = index; left > 0; left--) at += 16 + file.readUInt32LE(at + 8);
  return at;
}

t.test('what is no capture, and what cannot be typed', async (t) => {
  mkdirSync(join(folder, 'folder'));
  const cases: [file: string, typed: Partial<ExplainCommand>, says: RegExp][] = [
    [path('empty', ''), {}, /empty is no capture: it is empty/],
    [path('short', 'ab'), {}, /is no capture/],
    [path('text', 'this is a text'), {}, /text is no capture: it begins with the bytes 74686973/],
    [join(folder, 'folder'), {}, /is no capture: it is a folder/],
    [join(folder, 'missing'), {}, /missing cannot be read: ENOENT/],
    [path('packed.zst', Buffer.from('28b52ffd00', 'hex')), {}, /zstd -d/],
    [whole, { format: 'jsn' }, /no format "jsn"/],
    [whole, { connection: ['x'] }, /--connection x is no connection/],
    [whole, { connection: ['7'] }, /no TCP connection 7 to show/],
    [whole, { connection: ['udp:1'] }, /no UDP connection 1/],
    [whole, { port: ['99999'] }, /--port 99999 is no port/],
    [whole, { port: ['8'] }, /no connection is left/],
    [whole, { out: join(folder, 'no/such/file') }, /cannot be written/],
  ];
  for (const [file, typed, says] of cases) {
    const error: unknown = await explainCommand(
      file,
      { format: 'json', ...typed },
      explainReporters,
    ).catch((error: unknown) => error);
    if (!(error instanceof UserError)) throw new Error(`${file}: ${error} is no UserError`);
    t.match(error.message, says);
    t.ok(error.expected.length > 0 && error.next.length > 0, 'what was expected, what is next');
  }
});

t.test('an error is three lines, and exit code 2', async (t) => {
  const { code, stderr } = await runCli(['explain', join(folder, 'missing')]);
  t.equal(code, 2);
  t.match(stderr, /^error: .*\n {2}expected: .*\n {2}next: .*\n$/);
});

t.test('of each diagnosis one connection is drawn before any has two', async (t) => {
  const many = captureFile(
    ...Array.from({ length: 12 }, (_, at) =>
      connectionFrames(
        { client: { host: '10.0.0.1', port: 40_000 + at }, startMs: at },
        idleCloseRace(),
      ),
    ),
    connectionFrames({ client: { host: '10.0.0.1', port: 41_000 }, startMs: 500 }, [
      ...handshake,
      ...exchange(1),
      { from: 'upstream', atMs: 9, flags: ['RST'] },
    ]),
  );
  const out = join(folder, 'ladder.txt');
  await explainCommand(path('many.pcap', many), { format: 'ladder', out }, explainReporters);
  const shown = readFileSync(out, 'utf8');
  t.equal(shown.match(/^#/gm)?.length, 10);
  t.match(shown, /^reset-while-idle: /m);
  t.match(shown, /^3 more connections: choose with --connection$/m);
});
