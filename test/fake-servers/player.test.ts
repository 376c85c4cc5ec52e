/** What becomes of the steps that are not played, and of a connection that breaks meanwhile. */
import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  close,
  read,
  type Step,
  send,
  untilGate,
  untilIdle,
} from '../../fake-servers/step.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { readBytes } from '../support/sockets.ts';
import { steps } from '../support/steps.ts';
import { turns, until } from '../support/turns.ts';
import { type Played, playUpstream, withTeardown } from '../support/upstream.ts';

t.test('a client that closes early leaves the rest unfired, each with the reason', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[answer(2), untilIdle({ ms: 1 }), close()]]);
  const client = await connect();
  await client.send(Buffer.from('a'));
  await readBytes(client, 1);
  client.close();
  await recorded('unfired', 3);
  const reason = 'the client closed while the script was at "answer 2 requests"';
  t.match(of('unfired'), [
    { step: 'answer', text: 'answer 2 requests', isFault: false, reason },
    { step: 'until-idle', isFault: false, reason },
    { step: 'close', text: 'close', isFault: true, reason },
  ]);
  t.equal(of('peer-eof').length, 1);
});

t.test('a FIN in the middle of what is read is a client that left', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[read(3), close()]]);
  const client = await connect();
  await client.send(Buffer.from('ab'));
  client.close();
  await recorded('unfired', 2);
  t.match(of('unfired')[0], { step: 'read', reason: /the client closed/ });
});

t.test('a client that resets is an event with its errno', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[answer(1), close()]]);
  const client = await connect();
  await recorded('accepted');
  client.reset();
  await recorded('unfired', 2);
  t.match(of('peer-error'), [{ error: 'ECONNRESET' }]);
  t.match(of('unfired'), [{ reason: /ECONNRESET/ }, { reason: /ECONNRESET/ }]);
});

t.test('bytes that the kernel does not take are not said to be sent', async (t) => {
  const { upstream, connect, fired, of, recorded } = playUpstream(t, [
    [untilGate('g'), send('x'), close()],
  ]);
  const client = await connect();
  await recorded('accepted');
  client.reset();
  await turns();
  await upstream.openGate('g');
  await recorded('unfired', 2);
  t.strictSame(fired(), ['until-gate']);
  t.strictSame(
    of('unfired').map(({ step }) => step),
    ['send', 'close'],
  );
});

t.test('when the upstream stops, what was not reached is said', async (t) => {
  const { upstream, connect, of, recorded } = playUpstream(t, [[answer(1), close()]]);
  await connect();
  await recorded('accepted');
  await upstream.stop();
  t.match(of('unfired'), [
    { step: 'answer', reason: 'the run was over while the script was at "answer 1 request"' },
    { step: 'close', reason: /^the run was over/ },
  ]);
});

const isCounted = (step: Step) => !(step.kind === 'answer' && step.count === 'all');

const acts: Record<string, (client: TcpSocket) => unknown> = {
  send: (client) => client.send(Buffer.from('abc')),
  turn: () => turns(3),
  'half-close': (client) => client.halfClose(),
  close: (client) => client.close(),
  reset: (client) => client.reset(),
};

/** What a client meets here is not the point: the script is, whatever the client does. */
async function behave({ connect }: Played, names: readonly string[]): Promise<void> {
  try {
    const client = await connect();
    for (const name of names) await acts[name]?.(client);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
  }
}

t.test('whatever client and script do, each step is fired or unfired, once, in order', async () => {
  const act = fc.constantFrom('turn', ...Object.keys(acts));
  await fc.assert(
    fc.asyncProperty(steps, fc.array(act, { maxLength: 6 }), (script, names) =>
      withTeardown(async (t) => {
        const played = playUpstream(t, [script]);
        await behave(played, names);
        await until('it is accepted', () => played.of('accepted').length === 1);
        await turns(3);
        await played.upstream.stop();
        const told = played.events.flatMap((event) =>
          event.type === 'fired' || event.type === 'unfired' ? [event.step] : [],
        );
        const wanted = script.filter(isCounted).map(({ kind }) => kind);
        return told.join() === wanted.join();
      }),
    ),
    { numRuns: 100 },
  );
});
