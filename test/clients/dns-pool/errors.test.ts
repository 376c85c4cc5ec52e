import t from 'tap';
import { allFailedError, dialError, exchangeError } from '../../../clients/dns-pool/errors.ts';
import { failure, set } from './setting.ts';

const systemError = (code: string, syscall?: string) =>
  Object.assign(new Error(`${syscall ?? 'tls'} ${code}`), { code, ...(syscall && { syscall }) });

t.test('whose fault it is that there is no connection', async (t) => {
  const classes: [code: string, syscall: string | undefined, expected: string][] = [
    ['ECONNREFUSED', 'connect', 'dial'],
    ['ETIMEDOUT', 'connect', 'dial'],
    ['ENOTFOUND', 'getaddrinfo', 'dial'],
    ['EAI_AGAIN', 'getaddrinfo', 'dial'],
    ['EADDRNOTAVAIL', 'connect', 'local'],
    ['EMFILE', 'connect', 'local'],
    ['ENFILE', 'bind', 'local'],
    ['ENOBUFS', 'connect', 'local'],
    ['CERT_HAS_EXPIRED', undefined, 'certificate'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, 'certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, 'certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, 'certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', undefined, 'dial'],
    ['EPROTO', 'write', 'dial'],
    ['ECONNRESET', undefined, 'dial'],
  ];
  for (const [code, syscall, expected] of classes) {
    const error = dialError('127.0.0.1:53', code, systemError(code, syscall));
    t.match(error, { class: expected, code, isUnsent: true }, code);
  }
  t.match(dialError('127.0.0.1:53', 'TIMEOUT'), {
    class: 'dial',
    message: 'no connection to 127.0.0.1:53: TIMEOUT',
  });
});

t.test('a name with several addresses, each refused', async (t) => {
  // As Node reports it: a code, no call and no text.
  const cause = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  t.match(dialError('localhost:53', 'ECONNREFUSED', cause), {
    class: 'dial',
    message: 'no connection to localhost:53: ECONNREFUSED',
    cause,
  });
});

t.test('an exchange that failed', async (t) => {
  const classes = {
    ECONNRESET: 'reset',
    EPIPE: 'broken-pipe',
    ENOBUFS: 'local',
    ETIMEDOUT: 'network',
  };
  for (const [code, expected] of Object.entries(classes)) {
    const error = exchangeError(systemError(code, 'read'), '127.0.0.1:1->127.0.0.1:53', false);
    t.match(error, { class: expected, code, isUnsent: false });
  }
  const tuple = '127.0.0.1:1->127.0.0.1:53';
  t.match(exchangeError(systemError('EPIPE', 'write'), tuple, true), {
    isUnsent: true,
    message: `write failed on ${tuple}: EPIPE`,
  });
});

t.test('all failed: unsent if none of them was sent', async (t) => {
  const unsent = dialError('127.0.0.1:53', 'ECONNREFUSED');
  const sent = exchangeError(systemError('ECONNRESET', 'read'), '127.0.0.1:1->127.0.0.1:53', false);
  t.match(allFailedError([unsent, unsent]), { class: 'all-failed', isUnsent: true });
  t.match(allFailedError([unsent, sent]), { isUnsent: false, errors: [unsent, sent] });
});

t.test('a name that nobody knows is told as no call on the socket', async (t) => {
  for (const network of ['tcp', 'udp'] as const) {
    const { pool, recorder, ask } = await set(t, undefined, { network, host: 'nowhere.invalid' });
    t.match(await failure(ask('a')), { class: 'dial', code: /^(ENOTFOUND|EAI_AGAIN)$/ });
    t.same(recorder.words(), ['dial']);
    t.match(pool.stats(), { active: 0, created: 0, destroyed: 0, errors: 1 });
    recorder.stop();
  }
});
