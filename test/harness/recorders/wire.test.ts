/** A real capture of real connections. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { CaptureUnavailable, startCapture } from '../../../harness/recorders/capture.ts';
import { wireEvents } from '../../../harness/recorders/wire-events.ts';
import { TcpListener } from '../../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../../kernel/tcp-socket.ts';
import { tcp } from '../../support/endpoints.ts';
import { anyPort, connectedPair, readToEnd } from '../../support/sockets.ts';
import { turns, until } from '../../support/turns.ts';
import { wireOrReason } from '../../support/wire.ts';

const wire = await wireOrReason();
const skip = 'unavailable' in wire ? wire.unavailable : false;

/** One connection on which this is sent and answered with a FIN. */
async function exchange(listener: TcpListener, text: string): Promise<string> {
  const client = await TcpSocket.connect(listener.address);
  await client.send(Buffer.from(text));
  const { value: server } = await listener.connections().next();
  await server.recv(100);
  server.close();
  await readToEnd(client);
  client.close();
  return client.tuple;
}

function programsOfThisProcess(name: string): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children
    .split(' ')
    .map(Number)
    .filter((pid) => pid > 0 && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name);
}

t.test('the packets of a watched port, all of them and no others', { skip }, async (t) => {
  if ('unavailable' in wire) return;
  const [one, other] = [new TcpListener(anyPort), new TcpListener(anyPort)];
  t.teardown(() => {
    one.close();
    other.close();
  });
  wire.watch(one.address.port);
  wire.watch(other.address.port);
  const tuples: string[] = [];
  for (let i = 0; i < 20; i++) {
    tuples.push(await exchange(one, `one ${i}`));
    await exchange(other, `other ${i}`);
  }
  const { packets, gap } = await wire.collect(one.address.port);
  t.equal(gap, undefined);
  const events = wireEvents(packets, tcp(one.address.port, 'raw'));
  t.equal(events.length, packets.length, 'every packet is a segment');
  t.strictSame([...new Set(events.map(({ tuple }) => tuple))], tuples);
  const sent = events.flatMap(({ from, messages }) => (from === 'client' ? messages : []));
  t.strictSame(
    sent,
    tuples.map((_, i) => `"one ${i}"`),
  );
  // Nothing is missing at the end: both FINs of the last connection are there.
  const last = events.filter(
    ({ tuple, flags }) => tuple === tuples.at(-1) && flags.includes('FIN'),
  );
  t.strictSame(last.map(({ from }) => from).sort(), ['client', 'upstream']);
  t.ok(
    packets.every(({ atUs }, i) => i === 0 || atUs >= (packets[i - 1]?.atUs ?? 0)),
    'in the order of time',
  );

  const rest = await wire.collect(other.address.port);
  t.equal(wireEvents(rest.packets, tcp(other.address.port, 'raw')).length, rest.packets.length);
  t.ok(rest.packets.length > 0);
  t.strictSame(
    await wire.collect(other.address.port),
    { packets: [], gap: undefined },
    'the watch is over',
  );
});

t.test('what is sent in the tick of the collecting is collected', { skip }, async (t) => {
  if ('unavailable' in wire) return;
  const { client, listener } = await connectedPair(t);
  wire.watch(listener.address.port);
  // The calls are made at once; the capture has had no turn to hand out a packet. No more than the
  // kernel sends without an acknowledgement: 10 segments, RFC 6928.
  const sending = Array.from({ length: 8 }, () => client.send(Buffer.from('x')));
  const { packets, gap } = await wire.collect(listener.address.port);
  await Promise.all(sending);
  t.equal(gap, undefined);
  const lengths = wireEvents(packets, tcp(listener.address.port, 'raw'))
    .filter(({ from }) => from === 'client')
    .map(({ length }) => length);
  t.equal(
    lengths.reduce((a, b) => a + b, 0),
    sending.length,
  );
});

t.test('when the capture dies in the middle, that is a gap from then on', { skip }, async (t) => {
  if ('unavailable' in wire) return;
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  wire.watch(listener.address.port);
  await exchange(listener, 'seen');
  const [tcpdump] = programsOfThisProcess('tcpdump');
  if (tcpdump === undefined) throw new Error('expected tcpdump as a child of this process');
  process.kill(tcpdump, 'SIGKILL');
  await exchange(listener, 'not seen');
  await until('it has ended', () => programsOfThisProcess('tcpdump').length === 0);
  await turns();
  const { gap } = await wire.collect(listener.address.port);
  t.match(gap, /tcpdump ended/);
  wire.watch(listener.address.port);
  t.match((await wire.collect(listener.address.port)).gap, /tcpdump ended/, 'later ones too');
});

t.test('stop leaves no program behind', { skip }, async (t) => {
  if ('unavailable' in wire) return;
  await wire.stop();
  t.strictSame(programsOfThisProcess('tcpdump'), []);
  const again = await wireOrReason();
  if ('unavailable' in again) throw new Error(again.unavailable);
  t.equal(programsOfThisProcess('tcpdump').length, 1);
  await again.stop();
  t.strictSame(programsOfThisProcess('tcpdump'), []);
});

t.test('a capture tells what it lost, and ends when asked to', { skip }, async (t) => {
  let packetCount = 0;
  const endings: string[] = [];
  const capture = await startCapture(
    () => {
      packetCount++;
    },
    (reason) => endings.push(reason),
  );
  const listener = new TcpListener(anyPort);
  await exchange(listener, 'x');
  listener.close();
  await until('the packets have come through', () => packetCount >= 7);
  t.equal(await capture.droppedSoFar(), 0);
  t.equal(await capture.droppedSoFar(), 0, 'as often as it is asked');
  await capture.stop();
  await capture.stop();
  t.strictSame(endings, [], 'an end that was asked for is none to report');
  await t.rejects(capture.droppedSoFar(), CaptureUnavailable);
});
