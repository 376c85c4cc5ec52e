import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import { dnsUdp } from '../../../fake-servers/protocols/dns-udp.ts';
import {
  type ByteSource,
  certificateKinds,
  MalformedMessage,
  type Protocol,
} from '../../../fake-servers/protocols/protocol.ts';
import { raw } from '../../../fake-servers/protocols/raw.ts';
import { overTls } from '../../../fake-servers/protocols/tls.ts';
import { answerAll, type Step } from '../../../fake-servers/step.ts';
import { certificate } from '../../../fake-servers/steps/certificate.ts';
import { closeNotify } from '../../../fake-servers/steps/send.ts';
import { serveUntil } from '../../../fake-servers/steps/serve-until.ts';
import { chopped, framed, id, name, queryBytes, sizes } from '../../support/dns.ts';
import { MemorySource } from '../../support/memory-source.ts';
import {
  converseWith,
  guest,
  sayAll,
  type TlsClient,
  tlsClient,
  wireBytes,
} from '../../support/tls-client.ts';
import { playUpstream } from '../../support/upstream.ts';

const dnsTls = overTls(dnsTcp, 'dns-tls');
const rawTls = overTls(raw, 'raw-tls');
const version = fc.constantFrom('TLSv1.2' as const, 'TLSv1.3' as const);
const keysOf = (messages: { key: string | undefined }[]) =>
  messages.flatMap(({ key }) => (key === undefined ? [] : [key]));

/** Past the handshake. */
async function established(protocol: Protocol, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') {
  const client = await tlsClient({ maxVersion });
  const conversation = protocol.start().converse(guest);
  const handshake = await converseWith(client, conversation);
  if (!client.tls.authorized) throw new Error(`not established: ${client.tls.authorizationError}`);
  return { client, conversation, handshake };
}

/** What the client puts on the wire, a record for each piece. */
async function recordsOf(client: TlsClient, pieces: readonly Buffer[]): Promise<Buffer[]> {
  const records: Buffer[] = [];
  for (const piece of pieces) {
    client.tls.write(piece);
    records.push(await client.said());
  }
  return records;
}

async function written(client: TlsClient, text: string): Promise<Buffer> {
  return Buffer.concat(await recordsOf(client, [Buffer.from(text)]));
}

t.test('it speaks what the inner protocol speaks, and can do what TLS adds', async (t) => {
  t.strictSame([dnsTls.name, dnsTls.transport], ['dns-tls', 'tcp']);
  t.strictSame(dnsTls.powers, [...dnsTcp.powers, 'close-notify', 'certificate']);
  t.throws(() => overTls(dnsUdp, 'x'), RangeError, 'there is no TLS over datagrams');
});

t.test('a handshake is messages without a key', async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { client, conversation, handshake } = await established(dnsTls, maxVersion);
    t.equal(client.tls.getProtocol(), maxVersion);
    t.ok(handshake.messages.length >= 3);
    t.strictSame(keysOf(handshake.messages), []);
    conversation.end?.();
  }
});

t.test('of any records in any chunks, the same requests are read and answered', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(id, name), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 8 }),
      sizes,
      version,
      async (asked, recordSizes, chunkSizes, maxVersion) => {
        const { client, conversation } = await established(dnsTls, maxVersion);
        const queries = asked.map(([n, text]) => queryBytes(n, text, 'A'));
        const plaintext = chopped(Buffer.concat(queries.map(framed)), recordSizes);
        const stream = Buffer.concat(await recordsOf(client, plaintext));
        const chunks = chopped(stream, chunkSizes);
        const { messages, taken } = await sayAll(conversation, chunks, client.hear);
        await client.said();
        conversation.end?.();
        const inner = dnsTcp.start().converse(guest);
        const answers = await Promise.all(
          queries.map((bytes) => inner.respond({ key: '', bytes })),
        );
        return (
          keysOf(messages).join() === asked.map(([, text]) => `${text.toLowerCase()} A`).join() &&
          client.heard().equals(Buffer.concat(answers.map(({ bytes }) => bytes))) &&
          messages.every(({ bytes }, index) => taken[index]?.equals(bytes))
        );
      },
    ),
    { numRuns: 60 },
  );
});

t.test('a message ends with a record, and nothing after that is taken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 2, maxLength: 5 }), sizes, async (names, cuts) => {
      const { client, conversation } = await established(dnsTls);
      const queries = names.map((text) => framed(queryBytes(1, text, 'A')));
      const records = await recordsOf(client, queries);
      const source = new MemorySource(chopped(Buffer.concat(records), cuts));
      for (const [index, text] of names.entries()) {
        const message = await conversation.read(source);
        if (message?.key !== `${text.toLowerCase()} A`) return false;
        if (!source.unread.equals(Buffer.concat(records.slice(index + 1)))) return false;
        await conversation.respond(message);
      }
      conversation.end?.();
      return source.unread.length === 0;
    }),
    { numRuns: 30 },
  );
});

t.test('requests that share a record are read one by one, without another byte', async (t) => {
  const { client, conversation } = await established(dnsTls);
  const queries = ['a', 'b', 'c'].map((text) => framed(queryBytes(1, text, 'A')));
  const record = await recordsOf(client, [Buffer.concat(queries)]);
  const { messages, taken } = await sayAll(conversation, record);
  conversation.end?.();
  t.strictSame(keysOf(messages), ['a A', 'b A', 'c A']);
  t.strictSame(
    taken.map(({ length }) => length > 0),
    [true, false, false],
  );
});

t.test('a read that is broken off anywhere goes on where it was', async () => {
  class BrokenOff extends Error {}
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 200 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      async (breaks, recordSize) => {
        const { client, conversation } = await established(dnsTls);
        const query = chopped(framed(queryBytes(1, 'a.example', 'A')), [recordSize]);
        const bytes = Buffer.concat(await recordsOf(client, query));
        for (const at of breaks.filter((at) => at < bytes.length).sort((a, b) => a - b)) {
          const begun = new MemorySource([bytes.subarray(0, at)]);
          const source: ByteSource = {
            async readExactly(wanted) {
              const found = await begun.readExactly(wanted);
              if (!found) throw new BrokenOff();
              return found;
            },
            readSome: (max) => begun.readSome(max),
            readThrough: (delimiter, max) => begun.readThrough(delimiter, max),
          };
          const error = await conversation.read(source).catch((thrown: unknown) => thrown);
          if (!(error instanceof BrokenOff)) return false;
        }
        const { messages } = await sayAll(conversation, [bytes], client.hear);
        await client.said();
        conversation.end?.();
        return keysOf(messages).join() === 'a.example A' && client.heard().length > 0;
      },
    ),
    { numRuns: 40 },
  );
});

t.test('large answers come out whole', async (t) => {
  const large: Protocol = {
    ...raw,
    start: () => ({
      converse: (who) => ({
        ...raw.start().converse(who),
        respond: () => ({ answer: 'large', bytes: Buffer.alloc(3_000_000, 7) }),
      }),
    }),
  };
  const { client, conversation } = await established(overTls(large, 'large-tls'));
  await sayAll(conversation, [await written(client, 'x')], client.hear);
  await client.said();
  t.ok(client.heard().equals(Buffer.alloc(3_000_000, 7)));
  conversation.end?.();
});

t.test('what the inner protocol says unasked is encrypted too', async (t) => {
  const chatty: Protocol = {
    ...raw,
    powers: ['farewell', 'push'],
    start: () => ({
      converse: (who) => ({
        ...raw.start().converse(who),
        greet: () => Buffer.from('hello '),
        push: () => Buffer.from('news '),
        farewell: async () => Buffer.from('bye'),
      }),
    }),
  };
  const protocol = overTls(chatty, 'chatty-tls');
  t.strictSame(protocol.powers, ['farewell', 'push', 'close-notify', 'certificate']);
  const { client, conversation } = await established(protocol);
  for (const say of [conversation.push, conversation.farewell]) {
    const bytes = await say?.call(conversation);
    const sealed = bytes && (await conversation.seal?.(bytes));
    if (!sealed) throw new Error('it says nothing');
    client.hear(sealed);
  }
  await client.said();
  t.equal(client.heard().toString(), 'hello news bye');
  conversation.end?.();
});

t.test('an answer that is the last one is followed by close_notify', async (t) => {
  const once: Protocol = {
    ...raw,
    start: () => ({
      converse: (who) => ({
        ...raw.start().converse(who),
        respond: ({ bytes }) => ({ answer: 'last', bytes, isLast: true }),
      }),
    }),
  };
  const { client, conversation } = await established(overTls(once, 'once-tls'));
  let hasEnded = false;
  client.tls.on('end', () => {
    hasEnded = true;
  });
  await sayAll(conversation, [await written(client, 'x')], client.hear);
  await client.said();
  t.strictSame([client.heard().toString(), hasEnded], ['x', true]);
  conversation.end?.();
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(`${maxVersion}: close_notify ends what the server says, once`, async (t) => {
    const { client, conversation } = await established(rawTls, maxVersion);
    let hasEnded = false;
    client.tls.on('end', () => {
      hasEnded = true;
    });
    const alert = (await conversation.closeNotify?.()) ?? Buffer.alloc(0);
    t.equal(alert.length, 5 + alert.readUInt16BE(3), 'it is one record');
    t.equal((await conversation.closeNotify?.())?.length, 0, 'there is only one');
    // What the client says by then is still read, and cannot be answered.
    const source = new MemorySource([await written(client, 'late')]);
    const message = await conversation.read(source);
    if (!message) throw new Error('nothing was read');
    t.equal(message.key, 'late');
    t.equal((await wireBytes(conversation, message)).length, 0);
    client.hear(alert);
    await client.said();
    t.ok(hasEnded);
    conversation.end?.();
  });

  t.test(`${maxVersion}: a client's close_notify is answered, and is the end`, async (t) => {
    const { client, conversation } = await established(rawTls, maxVersion);
    const record = await written(client, 'x');
    client.tls.end();
    const source = new MemorySource([record, await client.said()]);
    const request = await conversation.read(source);
    if (request?.key !== 'x') throw new Error('the request was not read');
    client.hear(await wireBytes(conversation, request));
    const goodbye = await conversation.read(source);
    if (!goodbye) throw new Error('the goodbye was not read');
    t.equal(goodbye.key, undefined);
    const { bytes, isLast } = await conversation.respond(goodbye);
    t.strictSame([bytes.length > 0, isLast], [true, true]);
    t.equal(await conversation.read(source), undefined);
    conversation.end?.();
  });
}

t.test('before the handshake is complete there is no close_notify', async (t) => {
  const conversation = dnsTls.start().converse(guest);
  t.equal((await conversation.closeNotify?.())?.length, 0);
  const client = await tlsClient();
  await sayAll(conversation, [await client.said()]);
  t.equal((await conversation.closeNotify?.())?.length, 0);
  conversation.end?.();
});

t.test('a FIN anywhere is the end, without a request', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 400 }), async (at) => {
      const client = await tlsClient();
      const conversation = dnsTls.start().converse(guest);
      const hello = await client.said();
      const cut = hello.subarray(0, Math.min(at, hello.length - 1));
      const { messages } = await sayAll(conversation, [cut]);
      conversation.end?.();
      return messages.length === 0;
    }),
    { numRuns: 30 },
  );
});

t.test('what is no TLS is malformed, and is not waited for', async (t) => {
  for (const text of [
    'GET / HTTP/1.1\r\n\r\n',
    '\0\x1c\x12\x34 a query',
    '\x16\x03\x01\xff\xff...',
  ]) {
    const conversation = dnsTls.start().converse(guest);
    const bytes = Buffer.from(text, 'latin1');
    await t.rejects(sayAll(conversation, [bytes]), MalformedMessage, JSON.stringify(text));
    await t.rejects(conversation.read(new MemorySource([])), MalformedMessage, 'and stays so');
    conversation.end?.();
  }
});

t.test('whatever a client sends, a conversation ends or is malformed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 5 }),
      fc.boolean(),
      async (changes, isEstablished) => {
        const client = await tlsClient();
        const conversation = rawTls.start().converse(guest);
        if (isEstablished) {
          await converseWith(client, conversation);
        }
        const bytes = Buffer.from(await written(client, 'hello'));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          await sayAll(conversation, [bytes]);
        } catch (error) {
          return error instanceof MalformedMessage;
        } finally {
          conversation.end?.();
        }
        return true;
      },
    ),
    { numRuns: 200 },
  );
});

t.test(
  'of a damaged record, the client is told by an alert and the upstream by an error',
  async (t) => {
    const { client, conversation } = await established(rawTls);
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => client.tls.on('error', resolve));
    const bytes = Buffer.from(await written(client, 'hello'));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await t.rejects(sayAll(conversation, [bytes], client.hear), {
      name: 'MalformedMessage',
      message: /decryption failed or bad record mac/,
    });
    t.equal((await failed).code, 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC');
    conversation.end?.();
  },
);

t.test('an alert of the client ends the conversation, and is named', async (t) => {
  const conversation = dnsTls.start().converse(guest);
  const client = await tlsClient();
  await sayAll(conversation, [await client.said()]);
  // fatal, bad_certificate: RFC 8446 section 6.
  const alert = Buffer.from('1503030002022a', 'hex');
  await t.rejects(sayAll(conversation, [alert]), {
    name: 'MalformedMessage',
    message: /bad certificate/,
  });
  conversation.end?.();
});

t.test('no session is resumed, so each connection sees the certificate', async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = await tlsClient({ maxVersion });
    const sessions: Buffer[] = [];
    client.tls.on('session', (session) => sessions.push(session));
    const first = rawTls.start().converse(guest);
    await converseWith(client, first);
    const [session] = sessions;
    if (!session) throw new Error('the client has no session');
    const again = await tlsClient({ maxVersion, session });
    const second = rawTls.start().converse(guest);
    await converseWith(again, second);
    t.ok(again.tls.authorized);
    t.notOk(again.tls.isSessionReused());
    first.end?.();
    second.end?.();
  }
});

// On real sockets.

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

async function connected(t: Unwinds, port: number): Promise<TLSSocket> {
  const { ca } = await certificateOf('valid');
  const client = connectTls({ host: '127.0.0.1', port, ca, servername: 'upstream.test' });
  t.teardown(() => void client.destroy());
  return client;
}

/** Resolves when the client is secure, rejects when it refuses. */
function secure(client: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('secureConnect', () => resolve());
    client.once('error', reject);
  });
}

const refusals = {
  valid: undefined,
  expired: 'CERT_HAS_EXPIRED',
  'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'wrong-name': 'ERR_TLS_CERT_ALTNAME_INVALID',
};

for (const kind of certificateKinds) {
  t.test(`Node's client, shown a certificate that is ${kind}`, async (t) => {
    const steps: Step[] = kind === 'valid' ? [answerAll()] : [certificate(kind), answerAll()];
    const { upstream, of, recorded } = playUpstream(t, [steps], { protocol: rawTls });
    const client = await connected(t, upstream.address.port);
    const code = await secure(client).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    t.equal(code, refusals[kind]);
    client.destroy();
    if (kind !== 'valid') await recorded('fired');
    t.strictSame([of('received'), of('failed')], [[], []]);
  });
}

t.test('a script stops at any byte of the exchange and goes on from there', async (t) => {
  const { ca } = await certificateOf('valid');
  const stops = Array.from({ length: 30 }, (_, index) => 1 + index * 17);
  for (const bytesRead of stops) {
    const steps = [serveUntil({ bytesRead }), answerAll()];
    const { upstream } = playUpstream(t, [steps], { protocol: rawTls });
    const { port } = upstream.address;
    const client = connectTls({ host: '127.0.0.1', port, ca, servername: 'upstream.test' });
    client.write('hello');
    const answer = await new Promise<Buffer>((resolve, reject) => {
      client.once('data', resolve).once('error', reject);
    });
    t.equal(answer.toString(), 'hello', `stopped after ${bytesRead} bytes`);
    client.destroy();
    await upstream.stop();
  }
});

t.test('close_notify without a FIN is the end for a client', async (t) => {
  const steps = [serveUntil({ request: 2 }), closeNotify()];
  const { upstream, hasFired } = playUpstream(t, [steps], { protocol: rawTls });
  const client = await connected(t, upstream.address.port);
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  client.write('one');
  await new Promise((resolve) => client.once('data', resolve));
  client.write('two');
  await ended;
  await hasFired('close-notify');
});

t.test('a client that speaks no TLS is recorded and let go', async (t) => {
  const { upstream, of, recorded } = playUpstream(t, [[answerAll()]], { protocol: dnsTls });
  const client = connectTcp({ host: '127.0.0.1', port: upstream.address.port });
  t.teardown(() => void client.destroy());
  const closed = new Promise((resolve) => client.once('close', resolve));
  client.on('error', () => {});
  client.resume();
  client.write('GET / HTTP/1.1\r\n\r\n');
  await recorded('malformed');
  await closed;
  t.match(of('malformed')[0]?.reason, /^TLS: http request/);
});
