/** Gin as the server under test of document 004: what its writes meet when the caller has left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { serverPrograms } from '../../clients/programs.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { hadProgram } from '../support/built-program.ts';
import type { Line } from '../support/client-program.ts';
import { readToEnd } from '../support/sockets.ts';
import { until } from '../support/turns.ts';

const { command, skip } = await hadProgram(serverPrograms[0].build);

async function started(t: Test, ...options: string[]) {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text)));
  await until('it listens', () => lines.length > 0);
  const [host = '', port] = String(lines[0]?.listening).split(':');
  return {
    lines,
    async get(target: string) {
      const socket = await TcpSocket.connect({ host, port: Number(port) });
      t.teardown(() => socket.close());
      await socket.send(
        Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
      );
      return socket;
    },
    async end() {
      child.stdin.end();
      const [code] = await once(child, 'exit');
      return code;
    },
  };
}

const writesIn = (lines: readonly Line[]) =>
  lines.filter(({ event }) => event === 'write').map(({ bytes, error }) => error ?? bytes);
const errorsIn = (lines: readonly Line[]) =>
  lines.filter(({ level }) => level === 'ERROR').map(({ text }) => String(text));

t.test('it answers whoever waits', { skip }, async (t) => {
  const { lines, get, end } = await started(t);
  const slow = await readToEnd(await get('/slow?ms=1&writes=2'));
  t.match(slow.bytes.toString(), /^HTTP\/1.1 200 OK\r\n.*part 1\n.*part 2\n/s);
  t.match((await readToEnd(await get('/fast'))).bytes.toString(), /\r\n\r\nfast$/);
  t.match((await readToEnd(await get('/slow?ms=x'))).bytes.toString(), /^HTTP\/1.1 400 /);
  const isLogged = ({ text }: Line) => /GET +"\/slow\?ms=x"/.test(String(text));
  await until('Gin has logged it', () => lines.some(isLogged));
  t.strictSame([writesIn(lines), errorsIn(lines)], [[7, 7], []]);
  t.equal(await end(), 0);
});

t.test('the caller has left: its second write is a broken pipe', { skip }, async (t) => {
  const { lines, get } = await started(t);
  const caller = await get('/slow?ms=200');
  const { tuple } = caller;
  caller.close();
  await until('Gin has logged it', () => errorsIn(lines).length > 0);
  t.strictSame(writesIn(lines), [7, 'EPIPE']);
  t.match(
    lines.find(({ error }) => error === 'EPIPE'),
    { number: 2, tuple },
  );
  t.match(errorsIn(lines)[0], /write: broken pipe\nGET \/slow\?ms=200 HTTP\/1.1/);
});

t.test('it closes before it answers', { skip }, async (t) => {
  const { lines, get } = await started(t);
  const caller = await get('/early-close');
  t.strictSame(await readToEnd(caller), { bytes: Buffer.alloc(0), end: 'EOF' });
  const closing = () => lines.find(({ event }) => event === 'close');
  await until('it says so', () => closing() !== undefined);
  t.match(closing(), { path: '/early-close', tuple: caller.tuple });
});

t.test(
  'a limit of the server ends before the handler: nothing is answered',
  { skip },
  async (t) => {
    const { lines, get } = await started(t, '-write-timeout', '1ms');
    const caller = await get('/slow?ms=20');
    t.equal((await readToEnd(caller)).bytes.length, 0);
    await until('Gin has logged it', () => errorsIn(lines).length > 0);
    t.strictSame(writesIn(lines), ['TIMEOUT']);
  },
);
