import t from 'tap';
import { answer, close, reset, untilGate } from '../../fake-servers/step.ts';
import { readBytes, readToEnd } from '../support/sockets.ts';
import { microtasks, turns } from '../support/turns.ts';
import { playUpstream } from '../support/upstream.ts';

function watched(promise: Promise<void>) {
  const state = { isDone: false };
  const done = promise.then(() => {
    state.isDone = true;
  });
  return { state, done };
}

t.test('a gate opens when every connection that leads to it is there', async (t) => {
  const { upstream, connect, fired, recorded, hasFired } = playUpstream(t, [
    [answer(1), untilGate('g'), close()],
  ]);
  const [first, second] = [await connect(), await connect()];
  await recorded('accepted', 2);
  await first.send(Buffer.from('a'));
  await readBytes(first, 1);
  const opening = watched(upstream.openGate('g'));
  await turns();
  t.notOk(opening.state.isDone, 'the second connection is still on its way');
  t.strictSame(fired(), ['answer']);
  await second.send(Buffer.from('b'));
  await opening.done;
  await hasFired('close', 2);
  t.equal((await readToEnd(first)).end, 'EOF');
  t.equal((await readToEnd(second)).bytes.toString(), 'b');
});

t.test('a connection that ends before the gate is not waited for', async (t) => {
  const { upstream, connect, of, recorded, hasFired } = playUpstream(t, [
    [answer(1), untilGate('g'), close()],
  ]);
  const [stays, leaves] = [await connect(), await connect()];
  await recorded('accepted', 2);
  await stays.send(Buffer.from('a'));
  await readBytes(stays, 1);
  const opening = watched(upstream.openGate('g'));
  await turns();
  t.notOk(opening.state.isDone);
  leaves.close();
  await opening.done;
  await hasFired('close');
  t.strictSame(
    of('unfired').map(({ ordinal, step }) => `${ordinal} ${step}`),
    ['2 answer', '2 until-gate', '2 close'],
  );
});

t.test('two gates are opened one after the other', async (t) => {
  const { upstream, connect, fired, hasFired } = playUpstream(t, [
    [untilGate('a'), untilGate('b'), reset()],
  ]);
  const client = await connect();
  const second = watched(upstream.openGate('b'));
  await upstream.openGate('a');
  await second.done;
  await hasFired('reset');
  t.strictSame(fired(), ['until-gate', 'until-gate', 'reset']);
  t.equal((await readToEnd(client)).end, 'ECONNRESET');
});

t.test('what follows the gate is played in the tick in which it opens', async (t) => {
  const { upstream, connect, fired } = playUpstream(t, [
    [answer(1), untilGate('there'), untilGate('g'), reset()],
  ]);
  const client = await connect();
  await client.send(Buffer.from('a'));
  await readBytes(client, 1);
  // How long the acknowledgement takes is the kernel's affair; past this gate it has come.
  await upstream.openGate('there');
  await microtasks();
  let hasTurned = false;
  setImmediate(() => {
    hasTurned = true;
  });
  await upstream.openGate('g');
  await microtasks();
  t.strictSame(fired(), ['answer', 'until-gate', 'until-gate', 'reset']);
  t.notOk(hasTurned);
  t.equal(client.peek(), 'ECONNRESET', 'and the kernel has it before the client could look');
});

t.test('a gate that nobody comes to is given up when the upstream stops', async (t) => {
  const { upstream, connect, of, recorded } = playUpstream(t, [[untilGate('g'), close()]]);
  const client = await connect();
  await recorded('accepted');
  const opening = watched(upstream.openGate('other'));
  await turns();
  t.notOk(opening.state.isDone);
  await upstream.stop();
  await opening.done;
  t.match(of('unfired'), [{ step: 'until-gate', reason: 'the gate "g" was never opened' }, {}]);
  t.equal((await readToEnd(client)).end, 'EOF');
});
