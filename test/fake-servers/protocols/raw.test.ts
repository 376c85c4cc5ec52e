import fc from 'fast-check';
import t from 'tap';
import { raw } from '../../../fake-servers/protocols/raw.ts';
import { answerAll } from '../../../fake-servers/step.ts';
import { readBytes } from '../../support/sockets.ts';
import { playUpstream } from '../../support/upstream.ts';

t.test('every byte comes back as it was', async (t) => {
  const { connect, of } = playUpstream(t, [[answerAll()]]);
  const client = await connect();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (bytes) => {
      await client.send(bytes);
      return (await readBytes(client, bytes.length)).equals(Buffer.from(bytes));
    }),
    { numRuns: 50 },
  );
  const bytesOf = (events: { bytes: number }[]) => events.reduce((sum, e) => sum + e.bytes, 0);
  t.equal(bytesOf(of('received')), bytesOf(of('served')));
});

t.test('a response is its request, and its key spells the bytes', async () => {
  fc.assert(
    fc.property(fc.uint8Array(), (input) => {
      const bytes = Buffer.from(input);
      const key = bytes.toString('latin1');
      const response = raw.respond({ key, bytes });
      return response.bytes.equals(bytes) && response.answer === key;
    }),
  );
});
