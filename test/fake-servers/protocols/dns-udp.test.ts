import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { decode } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import { dnsUdp } from '../../../fake-servers/protocols/dns-udp.ts';
import type { Response } from '../../../fake-servers/protocols/protocol.ts';
import { answerAll } from '../../../fake-servers/step.ts';
import { damagedMessage, id, name, queryBytes, type, updateBytes } from '../../support/dns.ts';
import { MemorySource } from '../../support/memory-source.ts';
import { guest } from '../../support/tls-client.ts';
import { playUpstream } from '../../support/upstream.ts';

const run = promisify(execFile);
const conversation = dnsUdp.start().converse(guest);

interface Unwinds {
  teardown(run: () => void): void;
}

async function respond(datagram: Buffer): Promise<Response> {
  const message = await conversation.read(new MemorySource([datagram]));
  if (!message) throw new Error('the datagram was not read');
  return conversation.respond(message);
}

/** Answers each datagram; `alter` may change what is sent. */
async function serve(
  t: Unwinds,
  alter: (response: Response) => Response = (response) => response,
  port = 0,
): Promise<{ port: number; keys: (string | undefined)[]; answers: string[] }> {
  const socket = createSocket('udp4');
  const keys: (string | undefined)[] = [];
  const answers: string[] = [];
  socket.on('message', async (datagram, peer) => {
    const message = await conversation.read(new MemorySource([datagram]));
    if (!message) return;
    const response = alter(await conversation.respond(message));
    keys.push(message.key);
    answers.push(response.answer);
    socket.send(response.bytes, peer.port, peer.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  return { port: socket.address().port, keys, answers };
}

t.test('a datagram is a message, and the next one is left alone', async () => {
  await fc.assert(
    fc.asyncProperty(damagedMessage, damagedMessage, async (one, other) => {
      if (one.length === 0) return true;
      const source = new MemorySource([one, other]);
      const message = await conversation.read(source);
      return message?.bytes.equals(one) === true && source.unread.equals(other);
    }),
  );
});

t.test('it answers as over TCP, without the length', async () => {
  const overTcp = dnsTcp.start().converse(guest);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        damagedMessage.filter(({ length }) => length > 0),
        fc.tuple(id, name, type).map((query) => queryBytes(...query)),
        fc.tuple(id, name, fc.ipV4()).map((update) => updateBytes(...update)),
      ),
      async (bytes) => {
        const response = await respond(bytes);
        const ofTcp = await overTcp.respond({ key: '', bytes });
        return response.answer === ofTcp.answer && response.bytes.equals(ofTcp.bytes.subarray(2));
      },
    ),
  );
});

t.test('a truncated response has TC, the id and the question, and no records', async () => {
  await fc.assert(
    fc.asyncProperty(id, name, type, async (queryId, queryName, queryType) => {
      const response = await respond(queryBytes(queryId, queryName, queryType));
      const { bytes = Buffer.alloc(0) } = conversation.truncated?.(response) ?? {};
      const packet = decode(bytes);
      return (
        packet.flag_tc &&
        packet.flag_qr &&
        packet.id === queryId &&
        packet.questions?.[0]?.name === queryName &&
        packet.questions[0].type === queryType &&
        packet.answers?.length === 0
      );
    }),
  );
});

t.test('a wrong id is the only thing wrong', async () => {
  await fc.assert(
    fc.asyncProperty(id, name, async (queryId, queryName) => {
      const right = await respond(queryBytes(queryId, queryName, 'A'));
      const { bytes = Buffer.alloc(0) } = conversation.withWrongId?.(right) ?? {};
      return (
        decode(bytes).id === (queryId + 1) % 65_536 &&
        bytes.subarray(2).equals(right.bytes.subarray(2))
      );
    }),
  );
});

t.test('dig takes the answer', async (t) => {
  const { port, keys, answers } = await serve(t);
  const to = ['@127.0.0.1', '-p', String(port)];
  const { stdout } = await run('dig', [...to, '+short', '+tries=1', 'A.Example', 'A']);
  t.equal(stdout.trim(), answers[0]);
  t.strictSame(keys, ['a.example A']);
});

t.test('dig throws an answer under a wrong id away', async (t) => {
  const { port } = await serve(t, (right) => conversation.withWrongId?.(right) ?? right);
  const to = ['@127.0.0.1', '-p', String(port)];
  const { stdout } = await run('dig', [...to, '+tries=1', '+timeout=1', 'a.example', 'A']).catch(
    ({ stdout }: { stdout: string }) => ({ stdout }),
  );
  t.match(stdout, /ID mismatch|timed out|no servers could be reached/);
  t.notMatch(stdout, /ANSWER SECTION/);
});

t.test('dig asks again over TCP when told that the answer is truncated', async (t) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: dnsTcp });
  const { port } = upstream.address;
  const { keys } = await serve(t, (whole) => conversation.truncated?.(whole) ?? whole, port);
  const to = ['@127.0.0.1', '-p', String(port)];
  const { stdout } = await run('dig', [...to, '+tries=1', 'a.example', 'A']);
  t.match(stdout, /Truncated, retrying in TCP mode/);
  t.match(stdout, /status: NOERROR/);
  t.strictSame(keys, ['a.example A'], 'asked once over UDP');
  t.strictSame(
    of('served').map(({ key }) => key),
    ['a.example A'],
    'and once over TCP',
  );
});
