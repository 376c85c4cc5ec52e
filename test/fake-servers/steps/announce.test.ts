import t from 'tap';
import { announceIdle, answerAll, close } from '../../../fake-servers/step.ts';
import { lines } from '../../support/lines.ts';
import { readToEnd } from '../../support/sockets.ts';
import { playUpstream } from '../../support/upstream.ts';

t.test('the answer says the limit, and counts as that answer', async (t) => {
  const script = [announceIdle({ ms: 250 }), announceIdle({ ms: 0 }), close()];
  const { connect, of, hasFired } = playUpstream(t, [script], { protocol: lines() });
  const client = await connect();
  await client.send(Buffer.from('1:a\n2:b\n'));
  t.equal((await readToEnd(client)).bytes.toString(), '1:A@250\n2:B@0\n');
  await hasFired('close');
  t.match(of('served'), [
    { key: 'a', answer: 'A' },
    { key: 'b', answer: 'B' },
  ]);
  t.match(of('fired'), [
    { receipts: [{ segment: 'DATA', relativeSeq: 1, length: 8 }] },
    { receipts: [{ segment: 'DATA', relativeSeq: 9, length: 6 }] },
    {},
  ]);
});

t.test('a client that leaves before it asks has left the step unplayed', async (t) => {
  const script = [announceIdle({ ms: 250 }), answerAll()];
  const { connect, of, recorded } = playUpstream(t, [script], { protocol: lines() });
  const client = await connect();
  client.close();
  await recorded('unfired');
  t.match(of('unfired'), [{ step: 'announce-idle', isFault: false }]);
});

t.test('a limit that makes no sense is refused', async (t) => {
  for (const ms of [-1, 0.5, Number.NaN, 2 ** 31]) {
    t.throws(() => announceIdle({ ms }), { name: 'TypeError', message: /^announceIdle: idleMs: / });
  }
});
