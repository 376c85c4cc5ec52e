/** The script of each client that sends a datagram, on real sockets. */
import { decode } from 'dns-packet';
import t from 'tap';
import { fullBacklogUntil, refuseUntil } from '../../fake-servers/listener.ts';
import { dnsUdp } from '../../fake-servers/protocols/dns-udp.ts';
import { connections, listener, type UpstreamScript } from '../../fake-servers/script.ts';
import {
  answer,
  answerAll,
  answerReversed,
  answerTwice,
  answerWrongId,
  close,
  corrupt,
  sendResponse,
  serveUntil,
  swallow,
  truncate,
  untilGate,
} from '../../fake-servers/step.ts';
import { startUpstream } from '../../fake-servers/upstream.ts';
import { digestOf } from '../../harness/keys.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { queryBytes } from '../support/dns.ts';
import { errnoOf } from '../support/sockets.ts';
import { turns } from '../support/turns.ts';
import { playUpstream, type Recorded } from '../support/upstream.ts';

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

const protocol = dnsUdp;

function client(t: Unwinds, { address }: { address: { host: string; port: number } }) {
  const socket = UdpSocket.connect(address);
  t.teardown(() => socket.close());
  return {
    socket,
    ask: (id: number, name = `q${id}.example`) => socket.send(queryBytes(id, name, 'A')),
    /** The next datagram as a DNS message. */
    async hear() {
      const { value } = await socket.datagrams().next();
      if (!value) throw new Error('expected a datagram');
      return { bytes: value.bytes, message: decode(value.bytes) };
    },
    hasHeard: () => socket.recvNow() !== undefined,
  };
}

t.test('each client gets the script of its ordinal, whatever order they send in', async (t) => {
  const { upstream, of } = playUpstream(t, [[answer(1), swallow()], [answerAll()]], { protocol });
  const [one, two, three] = [client(t, upstream), client(t, upstream), client(t, upstream)];
  await one.ask(1);
  t.equal((await one.hear()).message.id, 1);
  await two.ask(2);
  await three.ask(3);
  await one.ask(4);
  t.equal((await two.hear()).message.id, 2);
  t.equal((await three.hear()).message.id, 3);
  await two.ask(5);
  t.equal((await two.hear()).message.id, 5, 'the same client, so the same script goes on');
  t.strictSame(
    of('accepted').map(({ ordinal, tuple }) => [ordinal, tuple]),
    [one, two, three].map(({ socket }, index) => [
      index + 1,
      `127.0.0.1:${socket.address.port}->127.0.0.1:${upstream.address.port}`,
    ]),
  );
  t.strictSame(of('received').length, 5);
  t.notOk(one.hasHeard(), 'what was swallowed is not answered');
});

t.test('hundreds of datagrams in one tick all come', async (t) => {
  const { upstream, of, recorded } = playUpstream(t, [[swallow(), answerAll()]], { protocol });
  const asking = client(t, upstream);
  const count = 500;
  await Promise.all(Array.from({ length: count }, (_, id) => asking.ask(id)));
  await recorded('received', count);
  t.equal(of('received').length, count);
});

t.test('what a step sends is promised at its place among the bytes', async (t) => {
  const { upstream, of, hasFired } = playUpstream(t, [[answer(1), answerTwice()]], { protocol });
  const asking = client(t, upstream);
  await asking.ask(1);
  const first = (await asking.hear()).bytes;
  await asking.ask(2);
  const copies = [(await asking.hear()).bytes, (await asking.hear()).bytes];
  await hasFired('answer-twice');
  const [copy] = copies;
  t.ok(copy?.equals(copies[1] ?? Buffer.alloc(0)));
  const length = copy?.length ?? 0;
  const digest = digestOf(copy ?? Buffer.alloc(0));
  const at = 1 + first.length;
  t.strictSame(of('fired').at(-1)?.receipts, [
    { segment: 'DATA', relativeSeq: at, length, digest },
    { segment: 'DATA', relativeSeq: at + length, length, digest },
  ]);
});

t.test('two queries are answered in reverse order, each in a datagram of its own', async (t) => {
  const { upstream } = playUpstream(t, [[answerReversed(2)]], { protocol });
  const asking = client(t, upstream);
  await asking.ask(1);
  await asking.ask(2);
  t.strictSame([(await asking.hear()).message.id, (await asking.hear()).message.id], [2, 1]);
});

t.test('answers that are not what they should be', async (t) => {
  const script = [answerWrongId(), truncate(), corrupt(13), sendResponse(5)];
  const { upstream } = playUpstream(t, [script], { protocol });
  const asking = client(t, upstream);
  await asking.ask(7);
  t.not((await asking.hear()).message.id, 7);
  await asking.ask(8);
  const { message } = await asking.hear();
  t.ok(message.flag_tc);
  t.strictSame(message.answers, []);
  await asking.ask(9, 'q.example');
  t.not((await asking.hear()).message.questions?.[0]?.name, 'q.example');
  await asking.ask(10);
  const { value } = await asking.socket.datagrams().next();
  t.equal(value?.bytes.length, 5);
});

t.test('a gate opens when the script has come to it', async (t) => {
  const script = [serveUntil({ request: 2 }), untilGate('late'), answerAll()];
  const { upstream } = playUpstream(t, [script], { protocol });
  const asking = client(t, upstream);
  await asking.ask(1);
  await asking.hear();
  await asking.ask(2);
  await upstream.openGate('late');
  t.equal((await asking.hear()).message.id, 2);
});

t.test('bytes are counted by whole datagrams', async (t) => {
  const query = queryBytes(1, 'q1.example', 'A').length;
  const script = [serveUntil({ bytesRead: query + 1 }), swallow()];
  const { upstream, of, hasFired } = playUpstream(t, [script], { protocol });
  const asking = client(t, upstream);
  await asking.ask(1);
  await asking.hear();
  await asking.ask(2);
  await hasFired('swallow');
  t.equal(of('fired')[0]?.bytesRead, query, 'the second query had not fitted');
});

function start(t: Unwinds, script: UpstreamScript) {
  const events: Recorded[] = [];
  const upstream = startUpstream(script, dnsUdp, (event) => events.push(event));
  t.teardown(() => upstream.stop());
  return { upstream, events };
}

t.test('the port is closed until the gate is opened, and the same one is open then', async (t) => {
  const { upstream, events } = start(t, listener([refuseUntil('up')], connections([answerAll()])));
  const asking = client(t, upstream);
  await asking.ask(1);
  await asking.socket.readable();
  t.equal(await errnoOf(() => asking.socket.recvNow()), 'ECONNREFUSED');
  await upstream.openGate('up');
  await turns(2);
  await asking.ask(2);
  t.equal((await asking.hear()).message.id, 2);
  const phase = events.find(({ type }) => type === 'listener');
  t.match(phase, { step: 'refuse', receipts: [{ segment: 'REFUSED' }] });
});

t.test('a gate that is never opened is told, and the port is let go', async (t) => {
  const { upstream, events } = start(t, listener([refuseUntil('up')], connections([swallow()])));
  await upstream.stop();
  t.strictSame(
    events.map(({ type }) => type),
    ['listening', 'unreached', 'unreached'],
  );
  UdpSocket.bind(upstream.address).close();
});

t.test('what needs TCP is refused by its words, and binds nothing', async (t) => {
  const startWith = (script: UpstreamScript) => () =>
    startUpstream(script, dnsUdp, () => undefined);
  t.throws(startWith(connections([answer(1), close()])), {
    name: 'RangeError',
    message: '"close" needs TCP, and dns-udp goes over UDP',
  });
  t.throws(startWith(listener([fullBacklogUntil('up')], connections([answerAll()]))), {
    name: 'RangeError',
    message: /accept queue.*dns-udp goes over UDP/,
  });
});

t.test('stop ends every script and tells what was not played', async (t) => {
  const { upstream, of } = playUpstream(t, [[answer(1), swallow()]], { protocol });
  const asking = client(t, upstream);
  await asking.ask(1);
  await asking.hear();
  await upstream.stop();
  await upstream.stop();
  t.match(of('unfired'), [{ step: 'swallow', reason: /the run was over/ }]);
  t.strictSame(of('failed'), []);
  t.strictSame(of('peer-error'), []);
});
