import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  close,
  explain,
  halfClose,
  read,
  reset,
  type Step,
  send,
  untilGate,
} from '../../../fake-servers/step.ts';
import type { Receipt } from '../../../harness/event.ts';
import { errnoOf, readBytes } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { playUpstream, withTeardown } from '../../support/upstream.ts';

t.test('after a half-close the upstream goes on reading', async (t) => {
  const { connect, of, hasFired } = playUpstream(t, [[halfClose(), read(3), close()]]);
  const client = await connect();
  t.equal((await client.recv(1)).length, 0);
  await client.send(Buffer.from('abc'));
  await hasFired('close');
  t.match(of('fired'), [
    { step: 'half-close', receipts: [{ segment: 'FIN', relativeSeq: 1 }] },
    { step: 'read', bytesRead: 3 },
    { step: 'close', bytesUnread: 0 },
  ]);
});

t.test('reset is met as ECONNRESET', async (t) => {
  const { connect, of, hasFired } = playUpstream(t, [[answer(1), reset()]]);
  const client = await connect();
  await client.send(Buffer.from('abc'));
  await readBytes(client, 3);
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
  await hasFired('reset');
  t.match(of('fired')[1], { receipts: [{ segment: 'RST', relativeSeq: 4, length: 0 }] });
});

interface Before {
  sent: string;
  isHalfClosed: boolean;
  unread: string;
}

/** RFC 9293 section 3.4: a FIN takes a number; RFC 1122 section 4.2.2.13: unread bytes make it RST. */
function receiptAfter(last: Step, { sent, isHalfClosed, unread }: Before): Receipt[] {
  const next = 1 + sent.length;
  if (last.kind === 'reset' || unread !== '') {
    return [{ segment: 'RST', relativeSeq: next + Number(isHalfClosed), length: 0 }];
  }
  return isHalfClosed ? [] : [{ segment: 'FIN', relativeSeq: next, length: 0 }];
}

const state = fc.record({
  sent: fc.constantFrom('', 'x', 'abc'),
  isHalfClosed: fc.boolean(),
  unread: fc.constantFrom('', 'u', 'unread'),
});

t.test(
  'a break is promised at the byte after what was sent; RST after a FIN one later',
  async () => {
    await fc.assert(
      fc.asyncProperty(state, fc.constantFrom<Step>(close(), reset()), (before, last) =>
        withTeardown(async (t) => {
          const { sent, isHalfClosed, unread } = before;
          const { upstream, connect, of, hasFired, recorded } = playUpstream(t, [
            [
              ...(sent ? [send(sent)] : []),
              ...(isHalfClosed ? [halfClose()] : []),
              read(1),
              untilGate('g'),
              last,
            ],
          ]);
          const client = await connect();
          await recorded('accepted');
          await client.send(Buffer.from(`r${unread}`));
          await hasFired('read');
          await until('all has arrived', () => client.bytesUnacknowledged() === 0);
          await upstream.openGate('g');
          await hasFired(last.kind);
          const fired = of('fired').at(-1);
          const promised = receiptAfter(last, before);
          const [segment] = promised.map((receipt) => receipt.segment);
          return (
            fired !== undefined &&
            isDeepStrictEqual(fired.receipts, promised) &&
            fired.bytesSent === sent.length &&
            fired.bytesUnread === unread.length &&
            (last.kind === 'reset' ||
              fired.text === `${explain(last)} (${segment ?? 'no segment'})`)
          );
        }),
      ),
      { numRuns: 40 },
    );
  },
);
