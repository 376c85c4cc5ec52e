import { execFile } from 'node:child_process';
import { isIP, isIPv6 } from 'node:net';
import { isDeepStrictEqual, promisify } from 'node:util';
import { decode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import t from 'tap';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import { answerAll } from '../../../fake-servers/step.ts';
import type { TcpSocket } from '../../../kernel/tcp-socket.ts';
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
import { MemorySource } from '../../support/memory-source.ts';
import { readBytes } from '../../support/sockets.ts';
import { guest } from '../../support/tls-client.ts';
import { playUpstream } from '../../support/upstream.ts';

const run = promisify(execFile);
const conversation = dnsTcp.start().converse(guest);

async function respond(bytes: Buffer): Promise<{ packet: Packet; answer: string }> {
  const response = await conversation.respond({ key: '', bytes });
  const length = response.bytes.readUInt16BE(0);
  if (response.bytes.length !== length + 2) throw new Error('the length does not fit the message');
  return { packet: decode(response.bytes.subarray(2)), answer: response.answer };
}

async function readMessage(client: TcpSocket): Promise<Packet> {
  const prefix = await readBytes(client, 2);
  return decode(await readBytes(client, prefix.readUInt16BE(0)));
}

const rcode = ({ flags = 0 }: Packet) => flags & 0x0f;

t.test(
  'a response has the id and the question of its query, and says what it answers',
  async () => {
    await fc.assert(
      fc.asyncProperty(id, name, type, async (queryId, queryName, queryType) => {
        const { packet, answer } = await respond(queryBytes(queryId, queryName, queryType));
        const [question] = packet.questions ?? [];
        const data = (packet.answers ?? []).map((a) => ('data' in a ? a.data : ''));
        return (
          packet.type === 'response' &&
          packet.id === queryId &&
          rcode(packet) === 0 &&
          question?.name === queryName &&
          question.type === queryType &&
          (data.join(' ') || 'NODATA') === answer
        );
      }),
    );
  },
);

t.test('names have addresses of their own, whatever the case', async () => {
  const address = async (queryName: string, queryType: string) =>
    (await respond(queryBytes(1, queryName, queryType))).answer;
  await fc.assert(
    fc.asyncProperty(name, name, fc.constantFrom('A', 'AAAA'), async (one, other, queryType) => {
      const isSame = one.toLowerCase() === other.toLowerCase();
      const ofOne = await address(one, queryType);
      return (
        isIP(ofOne) === (queryType === 'A' ? 4 : 6) &&
        ofOne === (await address(one.toUpperCase(), queryType)) &&
        isSame === (ofOne === (await address(other, queryType)))
      );
    }),
  );
});

t.test('an AAAA answer says the address that it carries', async () => {
  await fc.assert(
    fc.asyncProperty(name, async (queryName) => {
      const { packet, answer } = await respond(queryBytes(1, queryName, 'AAAA'));
      const [record] = packet.answers ?? [];
      return (
        record?.type === 'AAAA' &&
        isIPv6(record.data) &&
        record.data === answer &&
        record.ttl === 60
      );
    }),
  );
});

t.test('a type it knows nothing of is answered without records', async (t) => {
  const { packet, answer } = await respond(queryBytes(1, 'a.example', 'MX'));
  t.strictSame([packet.answers, answer, rcode(packet)], [[], 'NODATA', 0]);
});

t.test('what is no query gets FORMERR with its id', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 11 }), async (input) => {
      const bytes = Buffer.from(input);
      const { packet, answer } = await respond(bytes);
      const wanted = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
      return answer === 'FORMERR' && rcode(packet) === 1 && packet.id === wanted;
    }),
  );
});

t.test('a name that is no text gets FORMERR too', async () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 40 }).filter((bytes) =>
    // A dot within a label, or bytes that are not UTF-8.
    bytes.some((byte) => byte === 0x2e || byte > 0xf7),
  );
  await fc.assert(
    fc.asyncProperty(label, async (bytes) => {
      const query = queryBytes(5, 'x', 'A');
      const name = Buffer.from([bytes.length, ...bytes, 0]);
      const packet = Buffer.concat([query.subarray(0, 12), name, query.subarray(-4)]);
      const { answer, packet: response } = await respond(packet);
      return answer === 'FORMERR' && response.id === 5;
    }),
  );
});

t.test('an update is done: the same id, opcode and zone come back', async () => {
  await fc.assert(
    fc.asyncProperty(id, name, fc.ipV4(), async (updateId, zone, data) => {
      const { packet, answer } = await respond(updateBytes(updateId, zone, data));
      return (
        answer === 'NOERROR' &&
        packet.id === updateId &&
        rcode(packet) === 0 &&
        ((packet.flags ?? 0) & 0x7800) === opcodeUpdate &&
        packet.questions?.[0]?.name === zone
      );
    }),
  );
});

t.test('whatever arrives is answered with a message that can be read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        damagedMessage,
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      async (bytes) => (await respond(bytes)).packet.type === 'response',
    ),
    { numRuns: 3000 },
  );
});

t.test('an update whose names are compressed is answered, however long they are', async (t) => {
  const zone = Array.from({ length: 4 }, () => 'x'.repeat(60)).join('.');
  const head = updateBytes(1, zone, '192.0.2.1');
  // After the zone: records whose names point to it at byte 12, RFC 1035 section 4.1.4.
  const questionEnd = 12 + zone.length + 2 + 4;
  const record = Buffer.from('c00c000100010000003c0004c0000201', 'hex');
  const records = Array.from({ length: 400 }, () => record);
  const bytes = Buffer.concat([head.subarray(0, questionEnd), ...records]);
  bytes.writeUInt16BE(records.length, 8);
  t.equal((await respond(bytes)).answer, 'NOERROR');
});

t.test('in any chunks, each request is read whole, named and answered in its turn', async (t) => {
  const { connect, of } = playUpstream(t, [[answerAll()]], { protocol: dnsTcp });
  const client = await connect();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(id, name), { maxLength: 5 }), sizes, async (asked, cuts) => {
      const stream = Buffer.concat(asked.map(([n, text]) => framed(queryBytes(n, text, 'A'))));
      const served = of('served').length;
      for (const piece of chopped(stream, cuts)) await client.send(piece);
      for (const [queryId] of asked) {
        const packet = await readMessage(client);
        if (packet.id !== queryId) return false;
      }
      const keys = of('received')
        .slice(served)
        .map(({ key }) => key);
      return keys.join() === asked.map(([, text]) => `${text.toLowerCase()} A`).join();
    }),
    { numRuns: 40 },
  );
});

t.test('each kind of request has its key', async (t) => {
  const { connect, of } = playUpstream(t, [[answerAll()]], { protocol: dnsTcp });
  const client = await connect();
  const messages = [
    queryBytes(1, 'A.Example', 'AAAA'),
    updateBytes(2, 'Zone.Example', '192.0.2.1'),
    Buffer.from('0102', 'hex'),
  ];
  for (const message of messages) {
    await client.send(framed(message));
    await readMessage(client);
  }
  t.strictSame(
    of('received').map(({ key }) => key),
    ['a.example AAAA', 'update zone.example', 'malformed 0102'],
  );
});

t.test('a FIN within the length or the message ends without a request', async (t) => {
  for (const cut of [1, 2, 10]) {
    const { connect, of, recorded } = playUpstream(t, [[answerAll()]], { protocol: dnsTcp });
    const client = await connect();
    await client.send(framed(queryBytes(1, 'a.example', 'A')).subarray(0, cut));
    client.close();
    await recorded('peer-eof');
    t.strictSame(of('received'), [], `cut at ${cut}`);
  }
});

t.test('of any chunks, a message is read and nothing after it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(id, name), { minLength: 1, maxLength: 5 }),
      sizes,
      fc.uint8Array({ maxLength: 20 }),
      async (asked, cuts, after) => {
        const queries = asked.map(([n, text]) => queryBytes(n, text, 'A'));
        let rest = Buffer.concat([...queries.map(framed), after]);
        const source = new MemorySource(chopped(rest, cuts));
        for (const query of queries) {
          rest = rest.subarray(query.length + 2);
          const message = await conversation.read(source);
          if (!message?.bytes.equals(query) || !source.unread.equals(rest)) return false;
        }
        return true;
      },
    ),
  );
});

t.test('a wrong id is the only thing wrong', async () => {
  await fc.assert(
    fc.asyncProperty(id, name, type, async (queryId, queryName, queryType) => {
      const bytes = queryBytes(queryId, queryName, queryType);
      const right = await conversation.respond({ key: '', bytes });
      const wrong = conversation.withWrongId?.(right);
      if (!wrong) return false;
      const ofWrong = decode(wrong.bytes.subarray(2));
      return (
        ofWrong.id === (queryId + 1) % 65_536 &&
        wrong.answer === right.answer &&
        wrong.bytes.subarray(0, 2).equals(right.bytes.subarray(0, 2)) &&
        wrong.bytes.subarray(4).equals(right.bytes.subarray(4))
      );
    }),
  );
});

t.test('dig takes the answer', async (t) => {
  const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: dnsTcp });
  const to = ['@127.0.0.1', '-p', String(upstream.address.port)];
  const { stdout } = await run('dig', [...to, '+tcp', '+short', '+tries=1', 'a.example', 'AAAA']);
  t.equal(stdout.trim(), of('served')[0]?.answer);
  t.equal(of('received')[0]?.key, 'a.example AAAA');
});

t.test(
  'an announced idle limit is granted as RFC 7828 has it, and the answer is the same',
  async () => {
    await fc.assert(
      fc.asyncProperty(id, name, fc.nat({ max: 8_000_000 }), async (queryId, queryName, idleMs) => {
        const right = await conversation.respond({
          key: '',
          bytes: queryBytes(queryId, queryName, 'A'),
        });
        const announced = conversation.announcingIdle?.(right, idleMs);
        if (!announced) return false;
        const { additionals = [], ...packet } = decode(announced.bytes.subarray(2));
        const { additionals: _, ...before } = decode(right.bytes.subarray(2));
        const [opt] = additionals;
        const option =
          opt?.type === 'OPT' ? opt.options.find(({ code }) => code === 11) : undefined;
        return (
          announced.answer === right.answer &&
          announced.bytes.readUInt16BE(0) === announced.bytes.length - 2 &&
          isDeepStrictEqual(packet, before) &&
          option?.data?.readUInt16BE(0) === Math.min(Math.floor(idleMs / 100), 0xffff)
        );
      }),
    );
  },
);
