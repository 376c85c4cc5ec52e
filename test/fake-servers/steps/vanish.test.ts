/** Lost packets. They need a network namespace of this file's own. */
import t from 'tap';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { connections } from '../../../fake-servers/script.ts';
import {
  answer,
  answerAll,
  close,
  comeBack,
  delay,
  read,
  reset,
  type Step,
  untilGate,
  vanish,
} from '../../../fake-servers/step.ts';
import { heldResources } from '../../../harness/recorders/sockets.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { whyNoRules } from '../../support/namespace.ts';
import { errnoOf, readBytes } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { playUpstream } from '../../support/upstream.ts';

const play = (t: Parameters<typeof playUpstream>[0], ...scripts: Step[][]) =>
  playUpstream(t, scripts, { options: { whyNoLoss: null } });

if (whyNoRules === undefined) defineTests();
else t.test('packets that are lost', { skip: whyNoRules }, () => undefined);

t.test('where the network is not the run’s own, nothing is dropped', async (t) => {
  const whyNoLoss = 'not my network';
  const { connect, of, recorded } = playUpstream(t, [[vanish(), close()]], {
    options: { whyNoLoss },
  });
  await connect();
  await recorded('unfired', 2);
  t.match(of('unfired'), [
    { step: 'vanish', isFault: true, reason: whyNoLoss },
    { step: 'close', isFault: true, reason: whyNoLoss },
  ]);
});

/** Long enough for what is not lost to arrive: on loopback that takes microseconds. */
async function aWhile(): Promise<void> {
  const startedMs = performance.now();
  await until('a while has passed', () => performance.now() - startedMs > 20);
}

async function echo(client: TcpSocket, text: string): Promise<string> {
  await client.send(Buffer.from(text));
  return (await readBytes(client, text.length)).toString();
}

function defineTests(): void {
  // First, because what it holds against the upstream is opened once in a process.
  t.test('of a script that was prepared, nothing is open when it is over', async (t) => {
    const descriptors = async (steps: Step[]) => {
      const { upstream, connect, hasFired } = play(t, steps);
      const client = await connect();
      if (steps.includes(lossy)) await hasFired('vanish');
      client.close();
      await upstream.stop();
      return heldResources().descriptors;
    };
    const lossy = vanish();
    await upstreamDriver.prepare(connections([answerAll()], [lossy]));
    const before = await descriptors([answerAll()]);
    t.equal(await descriptors([lossy, answerAll()]), before);
  });

  t.test(
    'every packet of both sides is lost, of that connection only, until it comes back',
    async (t) => {
      const { upstream, connect, of, hasFired } = play(
        t,
        [answer(1), vanish(), untilGate('g'), comeBack(), answerAll()],
        [answerAll()],
      );
      const [lost, other] = [await connect(), await connect()];
      t.equal(await echo(lost, 'a'), 'a');
      await hasFired('vanish');
      await lost.send(Buffer.from('b'));
      t.equal(await echo(other, 'c'), 'c');
      await aWhile();
      t.equal(lost.bytesUnacknowledged(), 1, 'the client’s kernel waits for an acknowledgement');
      t.strictSame(
        of('received').map(({ key }) => key),
        ['a', 'c'],
      );
      const [, vanished] = of('fired').filter(({ ordinal }) => ordinal === 1);
      t.strictSame(
        vanished?.receipts.map((receipt) => ({ ...receipt, fromUs: 0 })),
        [{ segment: 'LOST', from: 'both', fromUs: 0 }],
      );
      await upstream.openGate('g');
      t.equal((await readBytes(lost, 1)).toString(), 'b', 'sent again by the kernel');
      t.strictSame(of('fired').at(-1)?.receipts, [], 'coming back promises nothing of its own');
    },
  );

  t.test('packets of the upstream only: requests arrive, answers do not', async (t) => {
    const { connect, of, recorded, hasFired } = play(t, [
      answer(1),
      vanish({ from: 'upstream' }),
      answer(1),
      delay(20),
      comeBack(),
      answerAll(),
    ]);
    const client = await connect();
    t.equal(await echo(client, 'a'), 'a');
    await hasFired('vanish');
    await client.send(Buffer.from('b'));
    await recorded('served', 2);
    await aWhile();
    t.equal(client.bytesUnread(), 0);
    t.match(of('fired')[1]?.receipts, [{ segment: 'LOST', from: 'upstream', flag: undefined }]);
    t.equal((await readBytes(client, 1)).toString(), 'b', 'it comes back, and so does the answer');
  });

  t.test('packets of the client only: the upstream can still speak', async (t) => {
    const { connect, of, hasFired } = play(t, [vanish({ from: 'client' }), delay(1), read(1)]);
    const client = await connect();
    await hasFired('vanish');
    await client.send(Buffer.from('b'));
    await hasFired('delay');
    await aWhile();
    t.match(of('fired')[1], { bytesUnread: 0 });
    t.equal(client.bytesUnacknowledged(), 1);
  });

  t.test('a lost FIN: the client still thinks that it is connected', async (t) => {
    const { connect, of, hasFired } = play(t, [
      answer(1),
      vanish({ from: 'upstream', only: 'FIN' }),
      close(),
    ]);
    const client = await connect();
    t.equal(await echo(client, 'a'), 'a');
    await hasFired('close');
    await aWhile();
    t.equal(client.peek(), 'nothing');
    t.match(of('fired')[1]?.receipts, [{ segment: 'LOST', from: 'upstream', flag: 'FIN' }]);
    await client.send(Buffer.from('b'));
    t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET', 'a RST gets through');
  });

  t.test('a lost RST: nobody ever tells the client', async (t) => {
    const { connect, hasFired } = play(t, [
      answer(1),
      vanish({ from: 'upstream', only: 'RST' }),
      reset(),
    ]);
    const client = await connect();
    t.equal(await echo(client, 'a'), 'a');
    await hasFired('reset');
    await client.send(Buffer.from('b'));
    await aWhile();
    t.equal(client.peek(), 'nothing');
    t.equal(client.bytesUnacknowledged(), 1);
  });

  t.test('a FIN of the client that is lost comes when it is sent again', async (t) => {
    const { upstream, connect, of, hasFired, recorded } = play(t, [
      vanish({ from: 'client', only: 'FIN' }),
      untilGate('g'),
      comeBack(),
      answerAll(),
    ]);
    const client = await connect();
    await hasFired('vanish');
    await client.send(Buffer.from('a'));
    client.halfClose();
    await aWhile();
    t.strictSame(of('peer-eof'), []);
    await upstream.openGate('g');
    t.equal((await readBytes(client, 1)).toString(), 'a');
    await recorded('peer-eof');
    t.pass('the FIN has come');
  });

  t.test('coming back before anything was lost changes nothing', async (t) => {
    const { connect } = play(t, [comeBack(), answerAll()]);
    t.equal(await echo(await connect(), 'a'), 'a');
  });

  t.test('when the upstream stops, nothing is lost any more', async (t) => {
    const { upstream, connect, hasFired } = play(t, [vanish(), answerAll()]);
    const client = await connect();
    await hasFired('vanish');
    await client.send(Buffer.from('a'));
    await aWhile();
    t.equal(client.bytesUnacknowledged(), 1);
    await upstream.stop();
    t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET', 'it is sent again, to nobody');
    await upstream.stop();
  });
}
