/**
 * A program that speaks docs/client-protocol.md and breaks it on request: by what it is started with, and
 * by the name that it is asked for.
 */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

interface Call {
  id: number;
  call: string;
  request?: number;
  target?: { host: string; port: number };
  operation?: { name: string };
  [other: string]: unknown;
}

const [, , way = 'good'] = process.argv;
const write = (text: string) => writeSync(1, text);
const say = (line: object) => write(`${JSON.stringify(line)}\n`);

if (way === 'deaf') process.stdin.on('end', () => setInterval(() => {}, 1000));
if (way === 'garbage') write('Usage: odd [options]\n');
if (way === 'dies') {
  process.stderr.write('no such library\n');
  process.exit(4);
}
if (way !== 'mute') {
  say({
    pipewrench: 1,
    name: 'odd',
    description: 'breaks the protocol on request',
    protocols: ['dns-tcp', 'raw'],
    operations: ['query'],
    isPool: way === 'good',
    publishes: ['log'],
  });
}

/** Of the upstream that it was opened for. */
let target = { host: '127.0.0.1', port: 0 };
const waiting = new Set<number>();
let opened = 0;

const answer = (id: number, text: unknown) => say({ id, answer: String(text) });

const ways: Record<string, (call: Call) => void> = {
  pid: ({ id }) => answer(id, process.pid),
  opened: ({ id }) => answer(id, opened),
  fails: ({ id }) => say({ id, error: 'EPIPE', message: 'write: broken pipe' }),
  exit() {
    process.stderr.write('out of luck\n');
    process.exit(3);
  },
  killed: () => process.kill(process.pid, 'SIGSEGV'),
  garbage: () => write('panic: runtime error\n'),
  binary: () => writeSync(1, Buffer.from([0xff, 0xfe, 0x0a])),
  array: () => write('[1]\n'),
  stranger: () => say({ id: 999_999 }),
  wordless: ({ id }) => say({ id }),
  twice({ id }) {
    answer(id, 'once');
    answer(id, 'twice');
  },
  event: () => say({ event: 'sneeze' }),
  late: () => say({ event: 'log', level: 'INFO', text: 'in seconds', atUs: Date.now() / 1000 }),
  long() {
    const part = 'x'.repeat(1024 * 1024);
    setInterval(() => process.stdout.write(part));
  },
  flood() {
    const lines = `${JSON.stringify({ event: 'log', level: 'INFO', text: 'x'.repeat(1000) })}\n`;
    setInterval(() => process.stdout.write(lines.repeat(1000)));
  },
  logs({ id }) {
    say({ event: 'log', level: 'WARN', text: 'mind', atUs: Date.now() * 1000 });
    answer(id, 'logged');
  },
  child({ id }) {
    const child = spawn('sleep', ['600'], { stdio: 'inherit' });
    child.unref();
    answer(id, child.pid);
  },
  leaks({ id }) {
    const socket = connect(target, () => answer(id, 'connected'));
    socket.on('error', () => {});
  },
  hangs: ({ id }) => void waiting.add(id),
};

const calls: Record<string, (call: Call) => void> = {
  open({ id, settings, target: wanted = target }) {
    target = wanted;
    if (JSON.stringify(settings) !== '{}') return say({ id, error: 'SETTINGS', message: 'none' });
    opened += 1;
    say({ id });
  },
  request(call) {
    const run = ways[call.operation?.name ?? ''];
    if (run) run(call);
    else answer(call.id, 'done');
  },
  stats: ({ id }) => say({ id, stats: { opened } }),
  close({ id }) {
    for (const request of waiting) say({ id: request, error: 'CLOSED' });
    waiting.clear();
    if (way !== 'clings') say({ id });
  },
  cancel({ request = 0 }) {
    if (waiting.delete(request)) say({ id: request, error: 'CANCELLED' });
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const call = JSON.parse(line) as Call;
  const run = calls[call.call];
  if (run) run(call);
  else say({ id: call.id, error: 'UNSUPPORTED' });
});
