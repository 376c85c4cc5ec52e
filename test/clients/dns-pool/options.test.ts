import t from 'tap';
import { resolveOptions } from '../../../clients/dns-pool/options.ts';

t.test('the defaults are those of document 001', async (t) => {
  t.match(resolveOptions({}), {
    port: 53,
    maxConnections: 10,
    idleMs: 300_000,
    sweepMs: 30_000,
    dialMs: 10_000,
    queryMs: 5_000,
    network: 'tcp',
    maxInFlight: 64,
    askKeepalive: true,
  });
  t.equal(resolveOptions({ network: 'udp' }).port, 53);
  t.equal(resolveOptions({ network: 'tls' }).port, 853);
});

t.test('a number out of range is refused with the range and what came', async (t) => {
  const refused: [object, RegExp][] = [
    [{ maxConnections: 0 }, /maxConnections: expected a whole number from 1 to 65535, got 0/],
    [{ maxInFlight: 65_537 }, /maxInFlight: expected a whole number from 1 to 65536, got 65537/],
    [{ port: 65_536 }, /port: expected a whole number from 1 to 65535, got 65536/],
    [{ idleMs: Number.NaN }, /idleMs: .* got NaN/],
    [{ dialMs: 1.5 }, /dialMs: .* ms, got 1.5/],
    [{ queueMax: -1 }, /queueMax: expected a whole number from 0/],
    [{ tcpKeepAliveSeconds: 32_768 }, /tcpKeepAliveSeconds: .* 0 to 32767 s, got 32768/],
    [{ queryMs: 2 ** 31 }, /queryMs: .* got 2147483648/],
  ];
  for (const [options, message] of refused) {
    t.throws(() => resolveOptions(options), { name: 'RangeError', message });
  }
});

t.test('a wrong type is refused with what was expected and what came', async (t) => {
  const refused: [object, RegExp][] = [
    [{ maxConnections: '10' }, /maxConnections: expected a number, got "10"/],
    [{ network: 'quic' }, /network: expected tcp, udp or tls, got "quic"/],
    [{ tls: null }, /tls: expected an object, got null/],
    [{ tls: { cert: '' } }, /unknown option "tls.cert"; expected servername or ca/],
    [{ tls: { ca: 7 } }, /tls.ca: expected text, got number/],
    [{ askKeepalive: 'yes' }, /askKeepalive: expected true or false, got "yes"/],
    [{ host: '' }, /host: expected an address or a name, got ""/],
    [{ clock: {} }, /clock: expected an object with nowMs, after, got object/],
    [{ logger: { debug() {} } }, /logger: expected an object with debug, info, warn, error/],
    [{ nextId: 7 }, /nextId: expected a function, got number/],
    [{ maxConnection: 10 }, /unknown option "maxConnection"; expected one of port, maxConn/],
  ];
  for (const [options, message] of refused) {
    t.throws(() => resolveOptions(options), { name: 'TypeError', message });
  }
});
