/** Which connection gets which script, and what is told first. */
import t from 'tap';
import { answer, answerAll, close, reset, send } from '../../fake-servers/step.ts';
import { readToEnd } from '../support/sockets.ts';
import { playUpstream } from '../support/upstream.ts';

t.test('scripts go by the order of accepting, and the last one repeats', async (t) => {
  const { connect, of } = playUpstream(t, [
    [send('1'), close()],
    [answer(1), reset()],
    [send('3'), close()],
  ]);
  const met: string[] = [];
  for (let i = 0; i < 5; i++) {
    const client = await connect();
    if (i === 1) await client.send(Buffer.from('2'));
    const { bytes, end } = await readToEnd(client);
    met.push(`${bytes} ${end}`);
  }
  t.strictSame(met, ['1 EOF', '2 ECONNRESET', '3 EOF', '3 EOF', '3 EOF']);
  t.strictSame(
    of('accepted').map(({ ordinal }) => ordinal),
    [1, 2, 3, 4, 5],
  );
});

t.test('where it listens is the first thing that is told', async (t) => {
  const { upstream, events } = playUpstream(t, [[answerAll()]]);
  const { host, port } = upstream.address;
  t.strictSame(events, [{ source: 'upstream', type: 'listening', address: `${host}:${port}` }]);
});
