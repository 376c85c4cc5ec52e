import t from 'tap';
import { answer, close, delay, read, send, untilIdle } from '../../../fake-servers/step.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';
import { turns } from '../../support/turns.ts';
import { playUpstream } from '../../support/upstream.ts';

/** Clocks of timers are a millisecond coarse. */
const slackMs = 1.5;

t.test('until-idle fires after a silence and says how long it waited', async (t) => {
  const ms = 4;
  const { connect, of, fired } = playUpstream(t, [[read(1), untilIdle({ ms }), close()]]);
  const client = await connect();
  // The second byte stays unread: silence is what does not arrive, not what is not read.
  await client.send(Buffer.from('ab'));
  t.equal((await readToEnd(client)).end, 'ECONNRESET');
  t.strictSame(fired(), ['read', 'until-idle', 'close']);
  const waitedMs = of('fired')[1]?.waitedMs ?? 0;
  t.ok(waitedMs > ms - 2, `${waitedMs} ms are no less than asked for`);
});

t.test('a delay does nothing for so long, whatever the client says', async (t) => {
  const ms = 15;
  const { connect, of, hasFired, recorded } = playUpstream(t, [
    [answer(1), delay(ms), answer(1), close()],
  ]);
  const client = await connect();
  await client.send(Buffer.from('a'));
  t.equal((await readBytes(client, 1)).toString(), 'a');
  await client.send(Buffer.from('b'));
  await turns();
  t.equal(client.bytesUnread(), 0);
  await hasFired('delay');
  const fired = of('fired')[1];
  const [receipt] = fired?.receipts ?? [];
  t.match(fired, { bytesRead: 1, bytesSent: 1, bytesUnread: 1, text: 'do nothing for 15 ms' });
  t.match(receipt, { segment: 'SILENCE', fromUs: Number, toUs: Number });
  if (receipt?.segment !== 'SILENCE') return;
  const silentMs = ((receipt.toUs ?? 0) - receipt.fromUs) / 1000;
  t.ok(silentMs >= ms - slackMs, `${silentMs} ms of silence`);
  t.ok((fired?.waitedMs ?? 0) >= ms - slackMs);
  t.equal((await readToEnd(client)).bytes.toString(), 'b', 'and it is answered then');
  await recorded('fired', 4);
});

t.test('a run that is over ends a delay', async (t) => {
  const { upstream, connect, of, recorded } = playUpstream(t, [[delay(60_000), send('x')]]);
  await connect();
  await recorded('accepted');
  await upstream.stop();
  t.match(of('unfired'), [
    { step: 'delay', isFault: true, reason: /^the run was over while/ },
    { step: 'send', reason: 'the run was over while the script was at "do nothing for 60000 ms"' },
  ]);
});
