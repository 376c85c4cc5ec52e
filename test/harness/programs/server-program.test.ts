/** A server under test as the harness starts, hears and ends it; here it is a few lines of Node. */
import t from 'tap';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { startServerProgram } from '../../../harness/programs/server-program.ts';
import { withServersUnderTest } from '../../../harness/programs/under-test.ts';
import { tapSyscalls } from '../../../harness/recorders/syscalls.ts';
import { underTest } from '../../../harness/server-under-test.ts';
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { until } from '../../support/turns.ts';

const server = `
  const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {}).on('data', (data) => {
      say({ event: 'log', level: 'INFO', text: 'got ' + data });
      if (String(data) === 'die') process.exit(7);
      if (String(data) === 'babble') process.stdout.write('no JSON\\n');
      socket.write(data);
    });
  }).listen(0, '127.0.0.1', () => say({ listening: '127.0.0.1:' + server.address().port }));
  process.stdin.on('end', () => process.exit(0)).resume();
`;
const command = [process.execPath, '-e', server];
const untapped = { unavailable: 'no strace in this test' };

function hearing() {
  const lines: string[] = [];
  const broken: string[] = [];
  return {
    lines,
    broken,
    onLog: (text: string) => void lines.push(text),
    onBroken: (why: string) => void broken.push(why),
  };
}

t.test('it is heard as long as it runs, and leaves nothing', async (t) => {
  const heard = hearing();
  const running = await startServerProgram(command, { tap: untapped, hearing: heard });
  const client = await TcpSocket.connect(running.address);
  await client.send(Buffer.from('hello'));
  t.equal(String(await client.recv(9)), 'hello');
  await until('it has told', () => heard.lines.length > 0);
  t.strictSame(heard.lines, ['got hello']);
  client.close();
  await running.stop();
  await running.stop();
  t.strictSame(heard.broken, []);
  t.match(await running.systemCalls(), { calls: [], gap: untapped.unavailable });
  await t.rejects(TcpSocket.connect(running.address), { code: 'ECONNREFUSED' });
});

const tap = tapSyscalls();

t.test(
  'its system calls are those of its own end',
  { skip: 'unavailable' in tap && tap.unavailable },
  async (t) => {
    const heard = hearing();
    const running = await startServerProgram(command, { tap, hearing: heard });
    const client = await TcpSocket.connect(running.address);
    const { tuple } = client;
    await client.send(Buffer.from('hello'));
    await client.recv(9);
    client.close();
    await running.stop();
    const { calls, gap } = await running.systemCalls();
    t.equal(gap, undefined);
    t.ok(calls.every((call) => call.tuple === tuple && call.side === 'upstream'));
    t.match(
      calls.find(({ call }) => call === 'read'),
      { bytes: 5 },
    );
  },
);

t.test('it can break down in each way, and why is told', async (t) => {
  for (const [said, why] of [
    ['die', /exited with code 7/],
    ['babble', /it wrote what is no line: "no JSON"/],
  ] as const) {
    const heard = hearing();
    const running = await startServerProgram(command, { tap: untapped, hearing: heard });
    const client = await TcpSocket.connect(running.address);
    await client.send(Buffer.from(said));
    await until('it has broken down', () => heard.broken.length > 0);
    t.match(heard.broken, [why]);
    client.close();
    await running.stop();
  }
});

t.test('one that never listens is refused with what it said', async (t) => {
  const failing = [process.execPath, '-e', 'console.error("no port"); process.exit(3)'];
  const start = startServerProgram(failing, { tap: untapped, hearing: hearing() });
  await t.rejects(start, /exited with code 3; it printed last: stderr: "no port"/);
  const missing = startServerProgram(['/nowhere/server'], { tap: untapped, hearing: hearing() });
  await t.rejects(missing, /ENOENT|exited with code 127/);
});

t.test(
  'as an upstream it is one of the servers there are, and its flags are its faults',
  async (t) => {
    const driver = withServersUnderTest(upstreamDriver, {
      servers: ['a-server'],
      build: async (name) => (name === 'a-server' ? { command } : { unavailable: 'not known' }),
      tap: () => untapped,
    });
    t.equal(driver.whyNotAScript(underTest('a-server')), undefined);
    t.match(
      driver.whyNotAScript(underTest('b-server')),
      /no server "b-server"; there are: a-server/,
    );
    t.match(driver.whyNotAScript({}), /not a script/);
    t.match(await driver.whyNotHere(underTest('b-server')), /b-server cannot be had: not known/);
    t.strictSame(driver.withoutFaults(underTest('a-server', '-x')), underTest('a-server'));
    t.strictSame(driver.explain(underTest('a-server', '-x')), ['server under test: a-server -x']);
    await driver.prepare(underTest('a-server'));
    const events: unknown[] = [];
    const running = driver.start(underTest('a-server'), 'http', (event) => events.push(event), {
      whyNoLoss: null,
    });
    const client = await TcpSocket.connect(running.address);
    await client.send(Buffer.from('hello'));
    await until('it is recorded', () => events.length > 0);
    t.strictSame(events, [{ source: 'upstream', type: 'log', text: 'got hello' }]);
    client.close();
    await running.stop();
  },
);
