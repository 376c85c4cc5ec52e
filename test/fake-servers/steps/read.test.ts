import fc from 'fast-check';
import t from 'tap';
import { close, read } from '../../../fake-servers/step.ts';
import { readToEnd } from '../../support/sockets.ts';
import { playUpstream, withTeardown } from '../../support/upstream.ts';

const numRuns = 30;
const size = fc.integer({ min: 1, max: 40 });

t.test('exactly the wanted bytes are read; closing over the rest resets', async () => {
  await fc.assert(
    fc.asyncProperty(size, size, (wanted, more) =>
      withTeardown(async (t) => {
        const total = wanted + (more % 3);
        const { connect, of, hasFired } = playUpstream(t, [[read(wanted), close()]]);
        const client = await connect();
        await client.send(Buffer.alloc(total, 'x'));
        const { bytes, end } = await readToEnd(client);
        await hasFired('close');
        const last = of('fired').at(-1);
        const isWhole = total === wanted;
        return (
          bytes.length === 0 &&
          end === (isWhole ? 'EOF' : 'ECONNRESET') &&
          last?.bytesRead === wanted &&
          last.bytesUnread === total - wanted &&
          last.receipts[0]?.segment === (isWhole ? 'FIN' : 'RST')
        );
      }),
    ),
    { numRuns },
  );
});
