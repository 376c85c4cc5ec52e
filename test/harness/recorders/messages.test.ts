import { encode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import { messageReader } from '../../../harness/recorders/messages.ts';
import {
  chopped,
  damagedMessage,
  framed,
  id,
  name,
  opcodeUpdate,
  queryBytes,
  sizes,
  type,
  updateBytes,
} from '../../support/dns.ts';

const server = dnsTcp.start();
const respond = async (bytes: Buffer) => {
  const conversation = server.converse({ ordinal: 1, tuple: 'a:1->b:2', certificate: 'valid' });
  return conversation.respond({ key: undefined, bytes });
};

const tell = (bytes: Buffer) => messageReader('dns-tcp')(framed(bytes));

t.test('a query is named as every other recorder names it', async () => {
  fc.assert(
    fc.property(id, name, type, (queryId, queryName, queryType) => {
      const [message] = tell(queryBytes(queryId, queryName, queryType));
      return (
        message?.requestKey === `${queryName.toLowerCase()} ${queryType}` &&
        message.text === `DNS query ${queryId} ${queryName} ${queryType}`
      );
    }),
  );
});

t.test('a response is no request, and shows what it answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      id,
      name,
      fc.constantFrom('A', 'AAAA'),
      async (queryId, queryName, queryType) => {
        const bytes = queryBytes(queryId, queryName, queryType);
        const response = await respond(bytes);
        const [message] = messageReader('dns-tcp')(response.bytes);
        return (
          message !== undefined &&
          message.requestKey === undefined &&
          message.text === `DNS response ${queryId} ${queryName} ${queryType} ${response.answer}`
        );
      },
    ),
  );
});

t.test('an update has its key, its response has none', async (t) => {
  const bytes = updateBytes(4, 'Zone.Example', '192.0.2.1');
  t.strictSame(tell(bytes), [
    { text: 'DNS update 4 Zone.Example SOA', requestKey: 'update zone.example' },
  ]);
  const response = await respond(bytes);
  t.strictSame(messageReader('dns-tcp')(response.bytes), [
    { text: 'DNS update response 4 Zone.Example SOA' },
  ]);
});

t.test('messages without a question are told', async (t) => {
  t.strictSame(tell(encode({ type: 'query', id: 1 })), [{ text: 'DNS query 1 no question' }]);
  t.strictSame(tell(encode({ type: 'query', id: 1, flags: opcodeUpdate })), [
    { text: 'DNS update 1 no question' },
  ]);
});

t.test('broken messages are told as such and do not stop the reader', async () => {
  fc.assert(
    fc.property(
      fc.oneof(
        damagedMessage,
        fc.uint8Array().map((input) => Buffer.from(input)),
      ),
      sizes,
      (bytes, cuts) => {
        const stream = Buffer.concat([framed(bytes), framed(queryBytes(1, 'a.example', 'A'))]);
        const read = messageReader('dns-tcp');
        const messages = chopped(stream, cuts).flatMap((piece) => read(piece));
        return messages.length === 2 && messages[1]?.requestKey === 'a.example A';
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('raw bytes are quoted, long ones cut', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (input) => {
      const bytes = Buffer.from(input);
      const [message, ...others] = messageReader('raw')(bytes);
      const quoted = JSON.stringify(bytes.subarray(0, 40).toString('latin1'));
      return others.length === 0 && message?.text === (bytes.length > 40 ? `${quoted}...` : quoted);
    }),
  );
});
