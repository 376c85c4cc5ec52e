/** CLOSE_WAIT as it is counted here, and as netstat(8) and ss(8) count it: document 004's own line. */
import { spawnSync } from 'node:child_process';
import t from 'tap';
import type { RecordedEvent } from '../../../harness/event.ts';
import { recordSockets } from '../../../harness/recorders/sockets.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { until } from '../../support/turns.ts';

const count = 7;
const shell = (line: string) => spawnSync('sh', ['-c', line], { encoding: 'utf8' }).stdout.trim();

t.test('who never closes after EOF piles up CLOSE_WAIT, and all three counts agree', async (t) => {
  const listener = new TcpListener({ host: '127.0.0.1', port: 0 });
  t.teardown(() => listener.close());
  const { port } = listener.address;
  const clients: TcpSocket[] = [];
  for (let made = 0; made < count; made += 1) {
    const client = await TcpSocket.connect(listener.address);
    t.teardown(() => client.close());
    clients.push(client);
    await until('it is accepted', () => {
      const server = listener.acceptNow();
      server?.close();
      return server !== undefined;
    });
  }
  const kept: RecordedEvent[] = [];
  const recorder = recordSockets((event) => kept.push(event));
  t.teardown(() => recorder.stop());
  const tuples = clients.map(({ tuple }) => tuple);
  await until('each FIN is there', () =>
    tuples.every((tuple) => recorder.stateOf(tuple, 'client') === 'CLOSE_WAIT'),
  );
  recorder.sample(tuples);
  const counted = () =>
    kept.filter((e) => e.source === 'sockets' && e.side === 'client' && e.state === 'CLOSE_WAIT');
  t.equal(counted().length, count);

  // Others use the loopback too, so each line looks at this port only.
  const skip = (program: string) => (findProgram(program) ? false : `${program} is not installed`);
  t.test('ss', { skip: skip('ss') }, async (t) => {
    t.equal(Number(shell(`ss -Htan state close-wait "dport = :${port}" | wc -l`)), count);
  });
  t.test('netstat', { skip: skip('netstat') }, async (t) => {
    const states = `awk '/^tcp/ {++S[$NF]} END {for(a in S) print a, S[a]}'`;
    t.equal(
      shell(`netstat -n | grep -E ':${port} +CLOSE_WAIT' | ${states}`),
      `CLOSE_WAIT ${count}`,
    );
  });
});
