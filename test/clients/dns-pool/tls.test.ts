/** The pool over TLS: 001.10, RFC 7858, F1, F2, F3, F11, F19, F26. */
import { connect } from 'node:net';
import { decode, encode } from 'dns-packet';
import t from 'tap';
import { DnsPool, type DnsPoolOptions } from '../../../clients/dns-pool/index.ts';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { dnsTls } from '../../../fake-servers/protocols/dns-tls.ts';
import {
  answerAll,
  answer as answerNext,
  answerReversed,
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
import { virtualClock } from '../../../harness/clocks.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { anyPort } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';
import { playUpstream } from '../../support/upstream.ts';
import { socketCount } from '../socket-count.ts';
import { record } from './recorder.ts';
import { failure, holding, set } from './setting.ts';
import { addressOf, answer, answerBytes } from './upstream.ts';

interface Unwinds {
  teardown(run: () => unknown): void;
}

const { ca } = await certificateOf('valid');
const overTls = { network: 'tls' } as const;
const question = encode({ questions: [{ name: 'b', type: 'A' }] });

function openPool(
  t: Unwinds,
  address: { host: string; port: number },
  options: DnsPoolOptions = {},
) {
  const recorder = record();
  const tls = { servername: 'upstream.test', ca };
  const pool = new DnsPool({ network: 'tls', ...address, tls, maxConnections: 1, ...options });
  t.teardown(async () => {
    await pool.close();
    recorder.stop();
  });
  const ask = (name: string) => pool.query({ name, type: 'A' });
  const told = () => recorder.words().filter((words) => !/^[A-Z]+ \[/.test(words));
  return { pool, recorder, ask, told };
}

function play(t: Parameters<typeof playUpstream>[0], ...scripts: Step[][]) {
  const played = playUpstream(t, scripts, { protocol: dnsTls });
  return { ...played, ...openPool(t, played.upstream.address) };
}

t.test('the life of a connection', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t, answer, overTls);
  t.equal(await ask('a.example'), addressOf('a.example'));
  t.equal(await ask('b.example'), addressOf('b.example'));
  await pool.close();
  t.same(
    recorder.words().filter((words) => !words.startsWith('io recv')),
    [
      'dial',
      'io connect ok',
      'connected',
      `DEBUG [ConnectionPool] 创建新连接到 ${upstream.address} (tls)，当前连接数: 1/10`,
      'checkout fresh',
      'io send ok',
      'repool',
      'probe',
      'io peek 0',
      'checkout reused',
      'io send ok',
      'repool',
      `INFO [ConnectionPool] 关闭所有连接到 ${upstream.address} (tls)`,
      'destroy pool closed',
    ],
  );
  t.match(pool.stats(), { network: 'tls', created: 1, destroyed: 1, errors: 0 });
});

t.test('many in flight, answered in any order', async (t) => {
  const { onQuery, held, holds } = holding();
  const { upstream, pool, ask } = await set(
    t,
    (query, connection) => {
      if (query.name === 'first') answer(query, connection);
      else onQuery(query, connection);
    },
    { ...overTls, maxConnections: 1 },
  );
  await ask('first');
  const names = Array.from({ length: 40 }, (_, i) => `n${i}.example`);
  const asked = names.map((name) => ask(name));
  await holds(...names);
  for (const { answer: respond } of held.toReversed()) respond();
  t.same(await Promise.all(asked), names.map(addressOf));
  t.equal(upstream.connections.length, 1);
  t.match(pool.stats(), { idle: 1, inFlight: 0 });
});

t.test('in another order, by the script of a fake upstream', async (t) => {
  const { pool, ask } = play(t, [answerNext(1), answerReversed(2), answerAll()]);
  await ask('a.example');
  const [one, two] = await Promise.all(['b.example', 'c.example'].map(ask));
  t.match(one, { questions: [{ name: 'b.example' }] });
  t.match(two, { questions: [{ name: 'c.example' }] });
  t.match(pool.stats(), { errors: 0, retries: 0 });
});

const refusals = {
  expired: 'CERT_HAS_EXPIRED',
  'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'wrong-name': 'ERR_TLS_CERT_ALTNAME_INVALID',
} as const;

for (const kind of ['expired', 'self-signed', 'wrong-name'] as const) {
  t.test(`a certificate that is ${kind} is refused; the next connection is fine`, async (t) => {
    const { pool, ask, of, told } = play(t, [certificate(kind), answerAll()], [answerAll()]);
    const error = await failure(ask('a.example'));
    t.match(error, { class: 'certificate', code: refusals[kind], isUnsent: true });
    t.same(of('received'), [], 'nothing was asked');
    t.same(told(), ['dial', 'io connect ok'], 'no connection, and no system call that failed');
    t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
    t.ok(await ask('b.example'));
    t.match(pool.stats(), { active: 1, created: 1, destroyed: 0 });
  });
}

t.test('whom it does not know it does not trust', async (t) => {
  const { upstream } = playUpstream(t, [[answerAll()]], { protocol: dnsTls });
  const { ask } = openPool(t, upstream.address, { tls: { servername: 'upstream.test' } });
  t.match(await failure(ask('a.example')), { class: 'certificate', isUnsent: true });
});

t.test('an address is a name, too, if the certificate says so', async (t) => {
  const { upstream } = playUpstream(t, [[answerAll()]], { protocol: dnsTls });
  const { ask } = openPool(t, upstream.address, { tls: { ca } });
  t.ok(await ask('a.example'));
});

t.test('what ends the handshake', async (t) => {
  const refused = new TcpListener(anyPort);
  refused.close();
  const nobody = openPool(t, refused.address);
  t.match(await failure(nobody.ask('a.example')), { class: 'dial', code: 'ECONNREFUSED' });
  t.same(nobody.told(), ['dial', 'io connect ECONNREFUSED']);
  nobody.recorder.stop();
  const { pool, ask, told } = play(t, [read(6), reset()], [untilGate('never')]);
  t.match(await failure(ask('a.example')), { class: 'dial', code: 'ECONNRESET' });
  t.same(told(), ['dial', 'io connect ok', 'io recv ECONNRESET']);
  t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
});

t.test('FIN in the handshake is an EOF', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const { pool, ask, told } = openPool(t, listener.address);
  const asked = failure(ask('a.example'));
  const { value: socket } = await listener.connections().next();
  // All of it, or the close would be a RST.
  await socket?.recv(65_536);
  socket?.close();
  t.match(await asked, { class: 'dial', code: 'EOF' });
  t.same(told(), ['dial', 'io connect ok', 'io recv EOF']);
  t.match(pool.stats(), { created: 0, destroyed: 0 });
});

t.test('no TLS at the other end: no certificate is to blame', async (t) => {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const { ask } = openPool(t, listener.address);
  const asked = failure(ask('a.example'));
  const { value: socket } = await listener.connections().next();
  await socket?.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
  t.match(await asked, { class: 'dial', isUnsent: true });
  socket?.close();
});

t.test('a handshake that gets no answer is given up after dialMs', async (t) => {
  const clock = virtualClock();
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const { pool, recorder, ask, told } = openPool(t, listener.address, { clock });
  const connected = recorder.nextOf('io');
  const asked = failure(ask('a.example'));
  await connected;
  clock.advance(10_000);
  t.match(await asked, { class: 'dial', code: 'TIMEOUT' });
  t.same(told(), ['dial', 'io connect ok']);
  t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
});

t.test('close_notify and FIN while idle: the next query goes over a new connection', async (t) => {
  const { pool, recorder, ask } = play(t, [answerNext(1), closeNotify(), close()], [answerAll()]);
  const stale = recorder.nextOf('stale');
  await ask('a.example');
  t.match(await stale, { reason: 'EOF', found: 'event' });
  t.ok(await ask('b.example'));
  t.match(pool.stats(), { created: 2, destroyed: 1, errors: 0, retries: 0 });
});

t.test('RST while idle is as good a reason', async (t) => {
  const { upstream, recorder, ask, pool } = play(
    t,
    // With the answer in one turn of the event loop, libuv would call it an EOF.
    [answerNext(1), untilGate('answered'), reset()],
    [answerAll()],
  );
  const stale = recorder.nextOf('stale');
  await ask('a.example');
  await upstream.openGate('answered');
  t.match(await stale, { reason: 'ECONNRESET', found: 'event' });
  t.ok(await ask('b.example'));
  t.match(pool.stats(), { errors: 0, retries: 0 });
});

const faults = {
  EOF: (socket: { destroy(): void }) => socket.destroy(),
  ECONNRESET: (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy(),
};

for (const [reason, strike] of Object.entries(faults)) {
  t.test(`the probe sees below TLS what the event loop has not (${reason})`, async (t) => {
    const { upstream, pool, recorder, ask } = await set(t, answer, overTls);
    await ask('a.example');
    await until('nothing of the handshake is under way', () => pool.stats().idle === 1);
    strike(upstream.connection(1).raw);
    t.equal(await ask('b.example'), addressOf('b.example'));
    t.same(recorder.words('stale'), [`stale ${reason} probe`]);
    t.match(pool.stats(), { retries: 0, errors: 0 });
  });
}

t.test('a record that waits below TLS is seen by the probe, and answers nobody', async (t) => {
  const { upstream, pool, recorder, ask } = await set(t, answer, overTls);
  await ask('a');
  await until('nothing of the handshake is under way', () => pool.stats().idle === 1);
  // An answer to what is asked in the same tick.
  upstream.connection(1).socket.write(answerBytes({ id: 1, name: 'b', packet: decode(question) }));
  t.equal(await ask('b'), addressOf('b'));
  t.same(recorder.words('stale'), ['stale unsolicited data probe']);
  t.match(pool.stats(), { retries: 0, errors: 0, created: 2, destroyed: 1 });
});

const brokenWhileWaited: Record<string, [Step[], string]> = {
  'FIN without close_notify': [[swallow(), close()], 'EOF'],
  'FIN within a record': [[sendResponse(9), close()], 'EOF'],
  'close_notify and FIN': [[swallow(), closeNotify(), close()], 'EOF'],
  RST: [[swallow(), reset()], 'ECONNRESET'],
};

for (const [what, [steps, code]] of Object.entries(brokenWhileWaited)) {
  t.test(`${what} instead of an answer: asked again on a new connection`, async (t) => {
    const { pool, recorder, ask } = play(t, [answerNext(1), ...steps], [answerAll()]);
    await ask('a.example');
    t.ok(await ask('b.example'));
    t.same(recorder.words('retry', 'destroy'), [`destroy ${code}`, `retry ${code}`]);
    t.ok(recorder.words('io').includes(`io recv ${code}`), 'told as what the kernel answered');
    t.match(pool.stats(), { created: 2, destroyed: 1, errors: 1, retries: 1 });
  });
}

t.test('a record that was tampered with: not delivered, asked again', async (t) => {
  const { pool, recorder, ask } = play(t, [answerNext(1), corrupt(9)], [answerAll()]);
  await ask('a.example');
  t.ok(await ask('b.example'));
  t.match(recorder.words('retry'), [/^retry ERR_SSL_/]);
  t.match(pool.stats(), { errors: 1, retries: 1 });
});

t.test('an answer with another id is a protocol error', async (t) => {
  const { pool, recorder, ask } = play(t, [answerNext(1), answerWrongId()], [answerAll()]);
  await ask('a.example');
  t.match(await failure(ask('b.example')), { class: 'protocol' });
  t.same(recorder.words('destroy'), ['destroy PROTOCOL']);
  t.ok(await ask('c.example'));
  t.match(pool.stats(), { queries: 3, created: 2, errors: 1, retries: 0 });
});

t.test('a second answer to a query is none to the next one', async (t) => {
  const { recorder, ask } = play(t, [answerTwice()], [answerAll()]);
  const gone = recorder.nextOf('destroy');
  await ask('a.example');
  t.match(await gone, { reason: 'unsolicited data' });
  t.match(await ask('b.example'), { questions: [{ name: 'b.example' }] });
});

t.test('an update is not sent again; what waited behind it unsent is', async (t) => {
  const { upstream, pool, ask, update } = await set(
    t,
    (query, connection) => {
      if (connection.ordinal === 1 && query.name === 'u') connection.raw.resetAndDestroy();
      else answer(query, connection);
    },
    { ...overTls, maxConnections: 1 },
  );
  await ask('first');
  t.match(await failure(update('u')), { code: 'ECONNRESET', isUnsent: false });
  t.equal(await update('v'), 'NOERROR');
  t.same(upstream.names, ['first', 'u', 'v']);
  t.match(pool.stats(), { retries: 0, errors: 1, created: 2 });
});

t.test('a client that talks TCP does not confuse the others', async (t) => {
  const { upstream, ask } = await set(t, answer, overTls);
  const stranger = connect(upstream.port, upstream.host);
  stranger.on('error', () => {}).end('no TLS');
  t.equal(await ask('a'), addressOf('a'));
  stranger.destroy();
});

t.test('close() leaves nothing, whatever is going on', async (t) => {
  const held = socketCount();
  const silent = new TcpListener(anyPort);
  const dialing = openPool(t, silent.address);
  const waiting = ['a.example', 'b.example'].map((name) => failure(dialing.ask(name)));
  const { value: accepted } = await silent.connections().next();
  await dialing.pool.close();
  for (const error of await Promise.all(waiting)) t.equal(error.class, 'closed');
  t.match(dialing.pool.stats(), { active: 0, created: 0, destroyed: 0 });
  accepted?.close();
  silent.close();

  const { pool, ask, upstream, recorded } = play(t, [answerNext(1), untilGate('never')]);
  await ask('a.example');
  const asked = failure(ask('b.example'));
  await recorded('served');
  await Promise.all([pool.close(), pool.close()]);
  t.equal((await asked).class, 'closed');
  await upstream.stop();
  await until('all sockets are closed', () => socketCount() <= held);
  t.equal(socketCount(), held);
});
