/** Upstreams that play together, on real sockets. */
import t, { type Test } from 'tap';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { refuseUntil } from '../../fake-servers/listener.ts';
import { connections, listener } from '../../fake-servers/script.ts';
import { alsoOverTcp, type Script, several } from '../../fake-servers/several.ts';
import {
  answer,
  answerAll,
  close,
  reset,
  sendResponse,
  serveUntil,
  truncate,
  untilGate,
} from '../../fake-servers/step.ts';
import { eventSchema, type Unstamped, type UpstreamEvent } from '../../harness/event.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import { framed, queryBytes } from '../support/dns.ts';
import { anyPort, errnoOf, readBytes, readToEnd } from '../support/sockets.ts';
import { until } from '../support/turns.ts';

function play(t: Test, script: Script, protocol: string) {
  const events: Unstamped<UpstreamEvent>[] = [];
  const running = upstreamDriver.start(script, protocol, (event) => {
    eventSchema.parse({ ...event, atUs: 1 });
    events.push(event);
  });
  t.teardown(() => running.stop());
  const connect = async (index: number) => {
    const endpoint = running.endpoints[index];
    if (!endpoint) throw new Error(`there is no endpoint ${index}`);
    const socket = await TcpSocket.connect(endpoint);
    t.teardown(() => socket.close());
    return socket;
  };
  const of = (type: UpstreamEvent['type']) => events.filter((event) => event.type === type);
  return { running, events, connect, of };
}

t.test('each has a port and connections of its own', async (t) => {
  const script = several(
    connections([close()]),
    connections([reset()]),
    connections([answer(1), close()]),
  );
  const { running, connect, of } = play(t, script, 'raw');
  const ports = running.endpoints.map(({ port }) => port);
  t.equal(new Set(ports).size, 3);
  t.equal(running.address.port, ports[0]);
  t.strictSame(
    of('listening').map((event) => event.type === 'listening' && event.upstream),
    ['upstream 1', 'upstream 2', 'upstream 3'],
  );
  t.equal((await readToEnd(await connect(0))).end, 'EOF');
  t.equal((await readToEnd(await connect(1))).end, 'ECONNRESET');
  const third = await connect(2);
  await third.send(Buffer.from('x'));
  t.equal((await readToEnd(third)).bytes.toString(), 'x');
  t.match(
    of('accepted').map((event) => event.type === 'accepted' && event.ordinal),
    [1, 1, 1],
  );
});

t.test('UDP and TCP on one port, each with its script', async (t) => {
  const script = alsoOverTcp(connections([truncate(), answerAll()]), connections([answerAll()]));
  const { running, connect } = play(t, script, 'dns-udp');
  const { port } = running.address;
  t.match(running.endpoints, [
    { port, transport: 'udp', protocol: 'dns-udp' },
    { port, transport: 'tcp', protocol: 'dns-tcp' },
  ]);
  const datagrams = UdpSocket.connect(running.address);
  t.teardown(() => datagrams.close());
  await datagrams.send(queryBytes(7, 'a.example', 'A'));
  const { value } = await datagrams.datagrams().next();
  t.ok(value && value.bytes.readUInt16BE(2) & 0x0200, 'truncated');
  const stream = await connect(1);
  await stream.send(framed(queryBytes(7, 'a.example', 'A')));
  const length = (await readBytes(stream, 2)).readUInt16BE(0);
  const whole = await readBytes(stream, length);
  t.equal(whole.readUInt16BE(0), 7);
  t.notOk(whole.readUInt16BE(2) & 0x0200);
});

t.test('a gate is one gate, and opens when all scripts that lead to it are there', async (t) => {
  const script = several(
    connections([untilGate('go'), close()]),
    connections([serveUntil({ gate: 'go' }), close()]),
    listener([refuseUntil('go')], connections([answerAll()])),
  );
  const { running, connect, of } = play(t, script, 'raw');
  const one = await connect(0);
  const opening = running.openGate('go');
  await opening;
  t.equal((await readToEnd(one)).end, 'EOF', 'a connection that is never opened is not waited for');
  const late = await connect(1);
  t.equal((await readToEnd(late)).end, 'EOF', 'who comes later passes');
  await until('the listener has played', () => of('listener').length === 1);
  const { address, upstream } = of('listener')[0] as { address: string; upstream: string };
  t.equal(upstream, 'upstream 3');
  t.equal(address, `127.0.0.1:${running.endpoints[2]?.port}`);
  await connect(2);
});

t.test('what was never met says of which upstream it is', async (t) => {
  const script = several(
    connections([answerAll()]),
    alsoOverTcp(connections([truncate()]), connections([answer(1), reset()])),
  );
  const { running, of } = play(t, script, 'dns-udp');
  t.equal(of('unreached').length, 0);
  await running.stop();
  t.strictSame(
    of('unreached')
      .map((event) => event.type === 'unreached' && [event.upstream, event.ordinal, event.text])
      .sort(),
    [
      ['upstream 2 over TCP', 1, 'reset (RST)'],
      ['upstream 2 over UDP', 1, 'answer a request truncated'],
    ],
  );
});

t.test('one that cannot be started takes the others with it', async (t) => {
  const wrongs: [Script, string, RegExp][] = [
    [several(connections([answerAll()]), connections([close()])), 'dns-udp', /needs TCP/],
    [alsoOverTcp(connections([answerAll()]), connections([answerAll()])), 'dns-tcp', /alsoOverTcp/],
  ];
  for (const [script, protocol, message] of wrongs) {
    const ports: number[] = [];
    const start = () =>
      upstreamDriver.start(script, protocol, (event) => {
        if (event.type === 'listening') ports.push(Number(event.address.split(':')[1]));
      });
    t.throws(start, { name: 'RangeError', message });
    for (const port of ports) {
      const again = UdpSocket.bind({ host: '127.0.0.1', port });
      again.close();
    }
  }
});

t.test('a port that is asked for and taken over TCP is refused', async (t) => {
  const held = new TcpListener(anyPort);
  t.teardown(() => held.close());
  const script = alsoOverTcp(connections([answerAll()]), connections([sendResponse(1)]));
  const start = () => upstreamDriver.start(script, 'dns-udp', () => {}, { at: held.address });
  t.equal(await errnoOf(start), 'EADDRINUSE');
});
