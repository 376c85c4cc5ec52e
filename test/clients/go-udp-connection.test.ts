/** What a Go program sees of a connected UDP socket. */
import t from 'tap';
import { perPhase } from '../../clients/go-deadline.ts';
import { GoUdpConnection } from '../../clients/go-udp-connection.ts';
import { realClock, virtualClock } from '../../harness/clocks.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { anyPort } from '../support/sockets.ts';
import { failure, record, type Unwinds } from './manual-upstream.ts';

const message = Buffer.from('question');
const limit = perPhase(realClock, 5_000);

function pair(t: Unwinds) {
  const upstream = UdpSocket.bind(anyPort);
  t.teardown(() => upstream.close());
  const events = record(t);
  const connection = GoUdpConnection.dial(upstream.address);
  t.teardown(() => connection.close());
  const calls = () =>
    events.flatMap((e) => (e.type === 'io' ? [`${e.call} ${e.error ?? e.bytes}`] : []));
  return { upstream, connection, calls };
}

t.test('a datagram out, and whatever comes next is the answer', async (t) => {
  const { upstream, connection, calls } = pair(t);
  const asked = connection.exchange(message, limit);
  const { value } = await upstream.datagrams().next();
  t.equal(String(value?.bytes), 'question');
  await upstream.send(Buffer.from('anything'), value?.from);
  t.equal(String(await asked), 'anything');
  t.same(calls(), ['connect 0', 'send 8', 'recv 8']);
});

t.test('nobody listens: the read is refused, and the socket can be used again', async (t) => {
  const { upstream, connection } = pair(t);
  upstream.close();
  t.match(await failure(connection.exchange(message, limit)), {
    code: 'ECONNREFUSED',
    message: `read failed: read udp ${connection.tuple}: read: connection refused`,
  });
  t.equal((await failure(connection.exchange(message, limit))).code, 'ECONNREFUSED');
});

t.test('no answer in time, and closed meanwhile', async (t) => {
  const { connection } = pair(t);
  const clock = virtualClock();
  const late = failure(connection.exchange(message, perPhase(clock, 10)));
  await new Promise(setImmediate);
  clock.advance(10);
  t.match(await late, { code: 'TIMEOUT', message: /^read failed: read udp .*: i\/o timeout$/ });
  const closed = failure(connection.exchange(message, limit));
  connection.close();
  t.equal((await closed).code, 'CLOSED');
});
