/** `pipewrench serve` in a process of its own, unwound when the test ends. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TcpSocket } from '../../kernel/tcp-socket.ts';

const cliFile = fileURLToPath(new URL('../../harness/cli.js', import.meta.url));

interface Unwinds {
  teardown(run: () => void): unknown;
}

export interface Serving {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** All of stdout so far. */
  output(): string;
  errors(): string;
  /** Resolves with the match once stdout has it. Throws when the process ends before. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** The same for stderr. */
  complains(pattern: RegExp): Promise<RegExpMatchArray>;
  connect(): Promise<TcpSocket>;
  /** Sends SIGINT; resolves with the exit code. */
  interrupt(): Promise<number | null>;
}

/** @param command `serve`, or `proxy`. */
export async function serve(
  t: Unwinds,
  args: readonly string[],
  command: 'serve' | 'proxy' = 'serve',
): Promise<Serving> {
  const child = spawn(process.execPath, [cliFile, command, ...args], {
    env: { ...process.env, FORCE_COLOR: '0', PIPEWRENCH_CONTROL_TOKEN: undefined },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  const look = () => {
    for (const watcher of watchers) watcher();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      look();
    });
  }
  const closed = once(child, 'close');
  let hasEnded = false;
  void closed.then(() => {
    hasEnded = true;
    look();
  });

  const matches = (name: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const watcher = () => {
        const match = pattern.exec(texts[name]);
        if (!match && !hasEnded) return;
        watchers.delete(watcher);
        if (match) resolve(match);
        else reject(new Error(`serve ended without ${pattern}: ${texts.stdout}${texts.stderr}`));
      };
      watchers.add(watcher);
      watcher();
    });

  const says = (pattern: RegExp) => matches('stdout', pattern);
  const [, port] = await says(
    /listening on [\d.]+:(\d+)|"listening","address":"[\d.]+:(\d+)"/,
  ).then(([all, text, json]) => [all, text ?? json]);
  if (!args.includes('--no-control')) await says(/control port at .*\n|"type":"control".*\n/);
  return {
    child,
    output: () => texts.stdout,
    errors: () => texts.stderr,
    says,
    complains: (pattern) => matches('stderr', pattern),
    async connect() {
      const socket = await TcpSocket.connect({ host: '127.0.0.1', port: Number(port) });
      t.teardown(() => socket.close());
      return socket;
    },
    async interrupt() {
      child.kill('SIGINT');
      await closed;
      return child.exitCode;
    },
  };
}
