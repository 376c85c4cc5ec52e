import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  answer,
  close,
  closeNotify,
  explain,
  farewell,
  push,
  type Step,
  send,
} from '../../../fake-servers/step.ts';
import { digestOf } from '../../../harness/keys.ts';
import { lines } from '../../support/lines.ts';
import { readToEnd } from '../../support/sockets.ts';
import { playUpstream, withTeardown } from '../../support/upstream.ts';

const numRuns = 30;

t.test('bytes that nobody asked for arrive as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), (text) =>
      withTeardown(async (t) => {
        const { connect, of, hasFired } = playUpstream(t, [[send(text), close()]]);
        const { bytes, end } = await readToEnd(await connect());
        await hasFired('close');
        return (
          end === 'EOF' &&
          bytes.equals(Buffer.from(text)) &&
          isDeepStrictEqual(of('fired')[0]?.receipts, [
            { segment: 'DATA', relativeSeq: 1, length: bytes.length, digest: digestOf(bytes) },
          ])
        );
      }),
    ),
    { numRuns },
  );
});

const unasked: [Step, string][] = [
  [send('x y'), 'x y'],
  [push(), '*:news\n'],
  [farewell(), '*:farewell\n'],
  [closeNotify(), 'ALERT\n'],
];

for (const [step, text] of unasked) {
  t.test(`${explain(step)}: the client gets it, and goes on`, async (t) => {
    const steps = [answer(1), step, answer(1), close()];
    const { connect, of, hasFired } = playUpstream(t, [steps], {
      protocol: lines({ isSecure: true }),
    });
    const client = await connect();
    await client.send(Buffer.from('1:a\n2:b\n'));
    const { bytes, end } = await readToEnd(client);
    t.equal(`${bytes}${end}`, `1:A\n${text}2:B\nEOF`);
    await hasFired('close');
    const fired = of('fired')[1];
    t.match(fired, { step: step.kind, text: explain(step), bytesRead: 4, bytesSent: 4 });
    t.strictSame(fired?.receipts, [
      {
        segment: 'DATA',
        relativeSeq: 5,
        length: text.length,
        digest: digestOf(Buffer.from(text)),
      },
    ]);
  });
}

t.test('where a protocol has nothing of the kind, that is said', async (t) => {
  for (const step of [push(), farewell(), closeNotify()]) {
    const { connect, of, recorded } = playUpstream(t, [[step, close()]]);
    await connect();
    await recorded('unfired', 2);
    const reason = 'the protocol has nothing to send here';
    t.match(of('unfired'), [{ step: step.kind, isFault: true, reason }, { reason }]);
    t.strictSame(of('fired'), []);
  }
});
