/** The pool over TLS: verified, and without probe, retry and check of the id (weakness 9). */
import t from 'tap';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { dnsTls } from '../../../fake-servers/protocols/dns-tls.ts';
import {
  answer,
  answerAll,
  answerWrongId,
  certificate,
  close,
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
import { turns, until } from '../../support/turns.ts';
import { failure, type Unwinds } from '../manual-upstream.ts';
import { play } from './setting.ts';

const { ca } = await certificateOf('valid');
const network = 'tcp-tls';

const playTls = (t: Unwinds, ...scripts: Step[][]) => play(t, scripts, { network, ca }, dnsTls);

t.test('one connection serves query after query; length and message are two writes', async (t) => {
  const { pool, ask, of, told } = playTls(t, [answerAll()]);
  const answers = [await ask('a.example'), await ask('b.example')];
  t.same(
    answers,
    of('served').map((served) => served.answer),
  );
  t.same(
    told().map((words) => words.replace(/ \d+$/, '').replace(/^DEBUG.*/, 'created')),
    [
      ...['dial', 'connected', 'created'],
      ...['checkout new', 'send', 'send', 'recv', 'repool'],
      ...['checkout reused', 'send', 'send', 'recv', 'repool'],
    ],
  );
  t.match(pool.stats(), { network: 'tcp-tls', created: 1, idle: 1 });
});

const refusals = {
  expired: 'CERT_HAS_EXPIRED',
  'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'wrong-name': 'ERR_TLS_CERT_ALTNAME_INVALID',
} as const;

for (const kind of ['expired', 'self-signed', 'wrong-name'] as const) {
  t.test(`a certificate that is ${kind} is refused`, async (t) => {
    const { pool, ask, of, told } = playTls(t, [certificate(kind), answerAll()]);
    t.match(await failure(ask('a.example')), { code: refusals[kind], message: /^dial failed: / });
    t.same(of('received'), []);
    t.same(told('io'), [], 'no system call failed');
    t.match(pool.stats(), { active: 0, created: 0 });
  });
}

for (const [what, step] of Object.entries({ FIN: close(), RST: reset() })) {
  t.test(`weakness 9: ${what} while idle: not probed, not retried, the caller fails`, async (t) => {
    const { pool, ask, hasFired, told } = playTls(t, [answer(1), step], [answerAll()]);
    await ask('a.example');
    await hasFired(step.kind);
    await turns();
    t.match((await failure(ask('b.example'))).code, /^(EOF|EPIPE|ECONNRESET)$/);
    t.same(told('checkout', 'stale', 'retry').slice(1), ['checkout reused']);
    t.match(pool.stats(), { active: 0, destroyed: 1, errors: 1, retries: 0 });
    t.match(await ask('c.example'), /^10\./);
  });
}

t.test('weakness 9: an answer under another id is delivered', async (t) => {
  const { ask } = playTls(t, [answerWrongId()]);
  t.match(await ask('a.example'), /^10\./);
});

t.test('weakness 11: a late answer is delivered to the next caller', async (t) => {
  const clock = virtualClock();
  const script = [answer(1), untilGate('late'), answerAll()];
  const options = { network, ca, clock } as const;
  const { ask, of, told, upstream, recorded } = play(t, [script], options, dnsTls);
  await ask('a.example');
  const late = failure(ask('late.example'));
  await until('it is sent', () => told('io').length === 5);
  clock.advance(5_000);
  t.equal((await late).code, 'TIMEOUT');
  t.same(told('destroy'), []);
  const next = ask('next.example');
  await upstream.openGate('late');
  await recorded('served', 2);
  t.equal(await next, of('served').find(({ key }) => key === 'late.example A')?.answer);
});

const broken: Record<string, [Step[], string]> = {
  'FIN instead of an answer': [[swallow(), close()], 'EOF'],
  'FIN within an answer': [[sendResponse(9), close()], 'EOF'],
  'RST instead of an answer': [[swallow(), reset()], 'ECONNRESET'],
};

for (const [what, [steps, code]] of Object.entries(broken)) {
  t.test(`${what}: ${code}, and the connection is closed`, async (t) => {
    const { pool, ask, told } = playTls(t, [answer(1), ...steps], [answerAll()]);
    await ask('a.example');
    t.equal((await failure(ask('b.example'))).code, code);
    t.same(told('io').at(-1), `recv ${code}`);
    t.match(pool.stats(), { active: 0, destroyed: 1, errors: 1, retries: 0 });
  });
}

t.test('what ends the handshake', async (t) => {
  const { ask, told } = playTls(t, [read(6), reset()]);
  t.equal((await failure(ask('a.example'))).code, 'ECONNRESET');
  t.same(told('io'), ['recv ECONNRESET']);
  const refused = new TcpListener(anyPort);
  refused.close();
  const nobody = play(t, [[]], { network, ca, port: refused.address.port }, dnsTls);
  t.match(await failure(nobody.ask('a.example')), {
    code: 'ECONNREFUSED',
    message: /^dial failed: dial tcp .*: connect: connection refused$/,
  });
});

t.test('a handshake that nobody answers ends after the dial limit', async (t) => {
  const clock = virtualClock();
  const silent = new TcpListener(anyPort);
  t.teardown(() => silent.close());
  const options = { network, ca, clock, port: silent.address.port } as const;
  const { ask, told } = play(t, [[]], options, dnsTls);
  const asked = failure(ask('a.example'));
  await until('it dials', () => told('dial').length === 1);
  clock.advance(10_000);
  t.equal((await asked).code, 'TIMEOUT');
});
