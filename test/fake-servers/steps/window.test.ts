import t from 'tap';
import {
  answer,
  close,
  resumeReading,
  stopReading,
  untilGate,
} from '../../../fake-servers/step.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';
import { turns } from '../../support/turns.ts';
import { playUpstream } from '../../support/upstream.ts';

/** Writes until the upstream has fired the step. Returns how many bytes the client's kernel took. */
async function fill(client: TcpSocket, hasFired: Promise<void>): Promise<number> {
  let isFull = false;
  const full = hasFired.then(() => {
    isFull = true;
  });
  let bytes = 0;
  while (!isFull) {
    // Never more than is missing, so that no send waits for a window that nobody opens.
    if (client.bytesUnacknowledged() === 0) bytes += await client.send(Buffer.alloc(256, 'x'));
    await turns(1);
  }
  await full;
  return bytes;
}

t.test(
  'a client that goes on writing meets a window of zero, and one that opens again',
  async (t) => {
    const { upstream, connect, of, hasFired } = playUpstream(t, [
      [
        answer(1),
        stopReading(),
        untilGate('full'),
        resumeReading(),
        untilGate('empty'),
        answer(1),
        close(),
      ],
    ]);
    const client = await connect();
    await client.send(Buffer.from('a'));
    await readBytes(client, 1);
    const written = await fill(client, hasFired('stop-reading'));
    const [, stopped] = of('fired');
    t.match(stopped, {
      step: 'stop-reading',
      bytesRead: 1,
      receipts: [{ segment: 'ZERO-WINDOW', fromUs: Number }],
      waitedMs: Number,
    });
    t.ok((stopped?.bytesUnread ?? 0) > 0, `${stopped?.bytesUnread} bytes wait`);
    t.ok(client.bytesUnacknowledged() >= 0);
    await upstream.openGate('full');
    await hasFired('resume-reading');
    const resumed = of('fired').find(({ step }) => step === 'resume-reading');
    t.match(resumed, { bytesRead: 1, receipts: [{ segment: 'WINDOW', fromUs: Number }] });
    t.ok((resumed?.bytesUnread ?? 0) > 0 && (resumed?.bytesUnread ?? 0) <= written);
    await upstream.openGate('empty');
    await client.send(Buffer.from('b'));
    const { bytes } = await readToEnd(client);
    t.equal(bytes.toString().at(-1), 'b', 'what came after it is read and answered');
    await hasFired('close');
  },
);

t.test('nothing is read meanwhile', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[stopReading()]]);
  const client = await connect();
  await recorded('accepted');
  await client.send(Buffer.from('abc'));
  await turns();
  t.strictSame(of('received'), []);
  t.strictSame(of('fired'), [], 'a few bytes do not fill a window');
});

t.test('a run that is over ends the wait for a client that fills no window', async (t) => {
  const { upstream, connect, of, recorded } = playUpstream(t, [[stopReading(), close()]]);
  await connect();
  await recorded('accepted');
  await upstream.stop();
  t.match(of('unfired'), [
    { step: 'stop-reading', isFault: true, reason: /^the run was over/ },
    { step: 'close' },
  ]);
});

t.test('reading again when nothing waits throws nothing away', async (t) => {
  const { connect, of, hasFired } = playUpstream(t, [[resumeReading(), answer(1), close()]]);
  const client = await connect();
  await hasFired('resume-reading');
  await client.send(Buffer.from('abc'));
  t.equal((await readToEnd(client)).bytes.toString(), 'abc');
  t.match(of('fired')[0], { bytesRead: 0, bytesUnread: 0 });
});
