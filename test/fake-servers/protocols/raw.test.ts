import fc from 'fast-check';
import t from 'tap';
import { raw } from '../../../fake-servers/protocols/raw.ts';
import { answerAll } from '../../../fake-servers/step.ts';
import { MemorySource } from '../../support/memory-source.ts';
import { readBytes } from '../../support/sockets.ts';
import { guest } from '../../support/tls-client.ts';
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
  const conversation = raw.start().converse(guest);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1 }), async (input) => {
      const bytes = Buffer.from(input);
      const message = await conversation.read(new MemorySource([bytes]));
      if (!message) return false;
      const response = await conversation.respond(message);
      const spelled = Buffer.from(message.key ?? '', 'latin1');
      return (
        response.bytes.equals(bytes) && response.answer === message.key && spelled.equals(bytes)
      );
    }),
  );
});
