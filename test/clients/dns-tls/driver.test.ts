/** The client before a fake upstream that speaks TLS, and before listeners that do not. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import t from 'tap';
import { dnsTlsDriver } from '../../../clients/dns-tls/driver.ts';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { dnsTls } from '../../../fake-servers/protocols/dns-tls.ts';
import {
  answer,
  answerAll,
  answerTwice,
  answerWrongId,
  certificate,
  close,
  closeNotify,
  corrupt,
  read,
  reset,
  type Step,
  sendResponse,
  swallow,
  untilGate,
} from '../../../fake-servers/step.ts';
import {
  type ClientEvent,
  clientChannelName,
  clientEventSchema,
  type Operation,
} from '../../../harness/event.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { anyPort } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { playUpstream } from '../../support/upstream.ts';
import { socketCount } from '../socket-count.ts';

interface Unwinds {
  teardown(run: () => unknown): void;
}

const { ca } = await certificateOf('valid');
const query = (name: string, type = 'A'): Operation => ({ kind: 'query', name, type });

function openClient(t: Unwinds, target: { host: string; port: number }, authority = ca) {
  const client = dnsTlsDriver.open(target, { ca: authority });
  t.teardown(() => client.close());
  const events: ClientEvent[] = [];
  const keep = (message: unknown) => {
    events.push(clientEventSchema.parse({ ...(message as object), atUs: 1 }));
  };
  subscribe(clientChannelName, keep);
  t.teardown(() => unsubscribe(clientChannelName, keep));
  return {
    client,
    /** Each as its type and what matters of it. */
    told: () => events.map(inWords),
    has: (words: string) => until(words, () => events.map(inWords).includes(words)),
    ask: (name: string) => client.request(query(name)),
  };
}

function inWords(event: ClientEvent): string {
  switch (event.type) {
    case 'io':
      return `${event.call} ${event.error ?? 'ok'}`;
    case 'checkout':
      return event.reused ? 'checkout reused' : 'checkout new';
    case 'stale':
      return `stale ${event.reason} by ${event.found}`;
    case 'destroy':
      return `destroy ${event.reason}`;
    default:
      return event.type;
  }
}

function play(t: Parameters<typeof playUpstream>[0], ...scripts: Step[][]) {
  const played = playUpstream(t, scripts, { protocol: dnsTls });
  return { ...played, ...openClient(t, played.upstream.address) };
}

t.test('queries go over one connection, and each has its answer', async (t) => {
  const { client, of, told } = play(t, [answerAll()]);
  const answers = [
    await client.request(query('a.example')),
    await client.request(query('B.example.', 'AAAA')),
  ];
  t.strictSame(
    answers,
    of('served').map((served) => served.answer),
  );
  const exchange = ['send ok', 'recv ok', 'repool'];
  t.strictSame(told(), [
    ...['dial', 'connected', 'checkout new', ...exchange],
    ...['checkout reused', ...exchange],
  ]);
  t.strictSame(client.stats(), { queries: 2, connections: 1, errors: 0 });
});

t.test('queries that are made at once wait for each other', async (t) => {
  const { client, ask, of } = play(t, [answerAll()]);
  const names = Array.from({ length: 20 }, (_, i) => `q${i}.example`);
  const answers = await Promise.all(names.map(ask));
  t.strictSame(
    of('received').map(({ key }) => key),
    names.map((name) => `${name} A`),
  );
  t.strictSame(
    of('served').map((served) => served.answer),
    answers,
  );
  t.match(client.stats(), { connections: 1, errors: 0 });
});

const refusals = {
  expired: 'CERT_HAS_EXPIRED',
  'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'wrong-name': 'ERR_TLS_CERT_ALTNAME_INVALID',
} as const;

for (const kind of ['expired', 'self-signed', 'wrong-name'] as const) {
  t.test(`a certificate that is ${kind} is refused; the next connection is fine`, async (t) => {
    const { ask, of, told } = play(t, [certificate(kind), answerAll()], [answerAll()]);
    await t.rejects(ask('a.example'), { name: 'DnsTlsError', code: refusals[kind] });
    t.strictSame(of('received'), [], 'nothing was asked');
    t.strictSame(told(), ['dial'], 'no connection, and no system call that failed');
    t.ok(await ask('b.example'));
  });
}

t.test('the harness hands it the authority, where there is one', async (t) => {
  t.equal(await upstreamDriver.authority('dns-tls'), ca);
  t.equal(await upstreamDriver.authority('dns-tcp'), undefined);
});

t.test('whom it does not know it does not trust', async (t) => {
  const { upstream } = playUpstream(t, [[answerAll()]], { protocol: dnsTls });
  const client = dnsTlsDriver.open(upstream.address, {});
  t.teardown(() => client.close());
  await t.rejects(client.request(query('a.example')), { code: /^(UNABLE_TO|SELF_SIGNED)/ });
});

t.test('close_notify and FIN while idle: the next query goes over a new connection', async (t) => {
  const { ask, has, told } = play(t, [answer(1), closeNotify(), close()], [answerAll()]);
  await ask('a.example');
  await has('stale EOF by event');
  t.strictSame(told().slice(-3), ['recv EOF', 'stale EOF by event', 'destroy EOF']);
  t.ok(await ask('b.example'));
  t.ok(told().includes('checkout new') && !told().includes('checkout reused'));
});

t.test('RST while idle is as good a reason', async (t) => {
  const { ask, has } = play(t, [answer(1), reset()], [answerAll()]);
  await ask('a.example');
  await has('stale ECONNRESET by event');
  t.ok(await ask('b.example'));
});

const brokenWhileWaited: Record<string, [Step[], string]> = {
  'FIN without close_notify': [[swallow(), close()], 'EOF'],
  'FIN within a record': [[sendResponse(9), close()], 'EOF'],
  'close_notify and FIN': [[swallow(), closeNotify(), close()], 'EOF'],
  RST: [[swallow(), reset()], 'ECONNRESET'],
  'an answer with another id': [[answerWrongId()], 'PROTOCOL'],
};

for (const [what, [steps, code]] of Object.entries(brokenWhileWaited)) {
  t.test(`${what} instead of an answer: ${code}, and it starts again`, async (t) => {
    const { client, ask, told } = play(t, [answer(1), ...steps], [answerAll()]);
    await ask('a.example');
    await t.rejects(ask('b.example'), { name: 'DnsTlsError', code });
    t.ok(told().includes(`destroy ${code}`));
    t.notOk(
      told().some((words) => words.startsWith('stale')),
      'it was in use',
    );
    const isCall = code !== 'PROTOCOL';
    t.equal(told().includes(`recv ${code}`), isCall, 'told as what the kernel answered');
    t.ok(await ask('c.example'));
    t.match(client.stats(), { queries: 3, connections: 2, errors: 1 });
  });
}

t.test('a record that was tampered with is told with the code of OpenSSL', async (t) => {
  const { ask } = play(t, [answer(1), corrupt(9)], [answerAll()]);
  await ask('a.example');
  await t.rejects(ask('b.example'), { code: /^ERR_SSL_/ });
  t.ok(await ask('c.example'));
});

t.test('a second answer to a query is none to the next one', async (t) => {
  const { ask, has } = play(t, [answerTwice()], [answerAll()]);
  const first = await ask('a.example');
  await has('destroy PROTOCOL');
  t.not(await ask('b.example'), first);
});

t.test('what ends the handshake', async (t) => {
  const refused = new TcpListener(anyPort);
  refused.close();
  const nobody = openClient(t, refused.address);
  await t.rejects(nobody.ask('a.example'), { code: 'ECONNREFUSED' });
  t.strictSame(nobody.told(), ['dial', 'connect ECONNREFUSED']);
  const { ask, told } = play(t, [read(6), reset()], [untilGate('never')]);
  await t.rejects(ask('a.example'), { code: 'ECONNRESET' });
  t.strictSame(told(), ['dial', 'recv ECONNRESET']);
});

t.test('FIN in the handshake is an EOF', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const { ask, told } = openClient(t, listener.address);
  const asked = t.rejects(ask('a.example'), { code: 'EOF' });
  const { value: socket } = await listener.connections().next();
  // All of it, or the close would be a RST.
  await socket?.recv(65_536);
  socket?.close();
  await asked;
  t.strictSame(told(), ['dial', 'recv EOF']);
});

t.test('close() leaves nothing, whatever is going on', async (t) => {
  const held = socketCount();
  const silent = new TcpListener(anyPort);
  const dialing = dnsTlsDriver.open(silent.address, { ca });
  const waiting = ['a.example', 'b.example'].map((name) =>
    t.rejects(dialing.request(query(name)), { code: 'CLOSED' }),
  );
  await silent
    .connections()
    .next()
    .then(({ value }) => value?.close());
  silent.close();
  await dialing.close();
  await Promise.all(waiting);

  const { client, ask, upstream, recorded } = play(t, [answer(1), untilGate('never')]);
  await ask('a.example');
  const asked = t.rejects(ask('b.example'), { code: 'CLOSED' });
  await recorded('served');
  await Promise.all([client.close(), client.close()]);
  await asked;
  await t.rejects(ask('c.example'), { code: 'CLOSED' });
  await client.close();
  await upstream.stop();
  t.equal(socketCount(), held);
});

t.test('what it cannot do', async (t) => {
  const { client, of } = play(t, [answerAll()]);
  const update: Operation = { kind: 'update', name: 'a.example', data: '192.0.2.1' };
  await t.rejects(client.request(update), { code: 'UNSUPPORTED' });
  t.strictSame(of('accepted'), []);
});
