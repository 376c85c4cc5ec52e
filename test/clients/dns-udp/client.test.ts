/** The client against an upstream under the test's hand. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync } from 'node:fs';
import t from 'tap';
import { DnsUdpClient, type DnsUdpOptions } from '../../../clients/dns-udp/client.ts';
import { dnsUdpDriver } from '../../../clients/dns-udp/driver.ts';
import {
  respondTo,
  truncatedMessage,
  withOtherId,
} from '../../../fake-servers/protocols/dns/message.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { type ClientEvent, clientChannelName, clientEventSchema } from '../../../harness/event.ts';
import type { Address } from '../../../kernel/address.ts';
import { type Datagram, UdpSocket } from '../../../kernel/udp-socket.ts';
import { anyPort } from '../../support/sockets.ts';
import { until } from '../../support/turns.ts';

interface Unwinds {
  teardown(run: () => unknown): void;
}

function setUp(t: Unwinds, options: Partial<DnsUdpOptions> = {}) {
  let server = UdpSocket.bind(anyPort);
  const { address } = server;
  t.teardown(() => server.close());
  const clock = virtualClock();
  const client = new DnsUdpClient({ ...address, clock, ...options });
  t.teardown(() => client.close());
  const events: ClientEvent[] = [];
  const keep = (message: unknown) => {
    events.push(clientEventSchema.parse({ ...(message as object), atUs: 1 }));
  };
  subscribe(clientChannelName, keep);
  t.teardown(() => unsubscribe(clientChannelName, keep));
  return {
    client,
    clock,
    events,
    /** The next query. */
    async heard(): Promise<Datagram> {
      const { value } = await server.datagrams().next();
      if (!value) throw new Error('expected a query');
      return value;
    },
    say: (bytes: Buffer, to: Address) => server.send(bytes, to),
    goDown: () => server.close(),
    goUp: () => {
      server = UdpSocket.bind(address);
    },
    dropped: (count: number) =>
      until(`${count} datagrams are dropped`, () => client.stats().dropped >= count),
    errors: () =>
      events.flatMap((e) => (e.type === 'io' && e.error ? [`${e.call} ${e.error}`] : [])),
  };
}

const answerOf = ({ bytes }: Datagram) => respondTo(bytes).message;
const dataFor = (name: string, type = 'A') => {
  const asked = respondTo(Buffer.from(queryFor(name, type)));
  return asked.answer;
};
function queryFor(name: string, type: string): Buffer {
  const labels = name.split('.').map((l) => Buffer.from(`${String.fromCharCode(l.length)}${l}`));
  const end = Buffer.from([0, 0, type === 'A' ? 1 : 28, 0, 1]);
  return Buffer.concat([Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, end]);
}

t.test('many queries on one socket, answered in any order', async (t) => {
  const { client, events, heard, say } = setUp(t);
  const names = Array.from({ length: 50 }, (_, i) => `q${i}.example`);
  const asked = names.map((name) => client.query(name, 'A'));
  const queries: Datagram[] = [];
  for (const _ of names) queries.push(await heard());
  t.equal(new Set(queries.map(({ bytes }) => bytes.readUInt16BE(0))).size, names.length);
  t.equal(new Set(queries.map(({ from }) => from.port)).size, 1);
  for (const query of queries.toReversed()) await say(answerOf(query), query.from);
  t.strictSame(
    await Promise.all(asked),
    names.map((name) => dataFor(name)),
  );
  t.match(client.stats(), { queries: 50, answered: 50, dropped: 0, timeouts: 0 });
  t.equal(events.filter(({ type }) => type === 'dial').length, 1);
  t.strictSame(
    events.flatMap((e) => (e.type === 'checkout' ? [e.reused] : [])),
    names.map((_, i) => i > 0),
  );
});

t.test('ids in flight are never used twice, even if they are proposed', async (t) => {
  const { client, heard, say } = setUp(t, { nextId: () => 65_535 });
  const asked = [client.query('a.example', 'A'), client.query('b.example', 'A')];
  const [one, two] = [await heard(), await heard()];
  t.strictSame(
    [one, two].map(({ bytes }) => bytes.readUInt16BE(0)),
    [65_535, 0],
  );
  for (const query of [two, one]) await say(answerOf(query), query.from);
  t.strictSame(await Promise.all(asked), [dataFor('a.example'), dataFor('b.example')]);
});

t.test('what answers no query in flight is dropped, counted and logged', async (t) => {
  const { client, events, heard, say, dropped } = setUp(t, { nextId: () => 7 });
  const asked = client.query('a.example', 'A');
  const query = await heard();
  const other = respondTo(
    Buffer.concat([Buffer.from([0, 7]), queryFor('b.example', 'A').subarray(2)]),
  );
  await say(withOtherId(answerOf(query)), query.from);
  await say(other.message, query.from);
  await say(Buffer.from('short'), query.from);
  await say(Buffer.alloc(0), query.from);
  await say(answerOf(query).subarray(0, -1), query.from);
  await dropped(5);
  await say(answerOf(query), query.from);
  t.equal(await asked, dataFor('a.example'));
  await say(answerOf(query), query.from);
  await dropped(6);
  t.equal(events.filter(({ type }) => type === 'log').length, 6);
  t.match(client.stats(), { answered: 1, dropped: 6 });
});

t.test('no answer is a timeout after 5 s, and the late one reaches nobody', async (t) => {
  const { client, clock, heard, say, dropped } = setUp(t);
  const late = client.query('late.example', 'A');
  const query = await heard();
  clock.advance(4999);
  const asked = client.query('next.example', 'A');
  const next = await heard();
  clock.advance(1);
  await t.rejects(late, { code: 'TIMEOUT', message: /late.example A within 5000 ms/ });
  await say(answerOf(query), query.from);
  await dropped(1);
  await say(answerOf(next), next.from);
  t.equal(await asked, dataFor('next.example'));
  t.match(client.stats(), { timeouts: 1, answered: 1 });
  clock.advance(10_000);
});

t.test('a truncated answer fails its query and no other', async (t) => {
  const { client, heard, say } = setUp(t);
  const [one, two] = [client.query('a.example', 'A'), client.query('b.example', 'A')];
  const [first, second] = [await heard(), await heard()];
  await say(truncatedMessage(answerOf(first)), first.from);
  await t.rejects(one, { code: 'TRUNCATED' });
  await say(answerOf(second), second.from);
  t.equal(await two, dataFor('b.example'));
});

t.test('a closed port fails what is in flight at once; the same socket goes on', async (t) => {
  const { client, heard, say, goDown, goUp, errors, events } = setUp(t);
  goDown();
  await t.rejects(client.query('a.example', 'A'), { code: 'ECONNREFUSED' });
  t.strictSame(errors(), ['recv ECONNREFUSED']);
  goUp();
  const asked = client.query('b.example', 'A');
  const query = await heard();
  await say(answerOf(query), query.from);
  t.equal(await asked, dataFor('b.example'));
  t.equal(events.filter(({ type }) => type === 'connected').length, 1);
});

t.test('a refusal that is told to a later send is not blamed on it', async (t) => {
  const { client, heard, say, goDown, goUp, errors } = setUp(t);
  goDown();
  // In one tick: the error of the first is there before anybody reads.
  const refused = client.query('a.example', 'A');
  goUp();
  const asked = client.query('b.example', 'A');
  await t.rejects(refused, { code: 'ECONNREFUSED' });
  const query = await heard();
  await say(answerOf(query), query.from);
  t.equal(await asked, dataFor('b.example'));
  t.strictSame(errors(), ['send ECONNREFUSED']);
});

t.test('close fails what is in flight, frees all, and is idempotent', async (t) => {
  const before = readdirSync('/proc/self/fd').length;
  const { client, goDown, heard } = setUp(t);
  const asked = client.query('a.example', 'A');
  await heard();
  const closing = client.close();
  await t.rejects(asked, { code: 'CLOSED' });
  await closing;
  await client.close();
  await t.rejects(client.query('b.example', 'A'), { code: 'CLOSED' });
  goDown();
  t.equal(readdirSync('/proc/self/fd').length, before);
});

t.test('what cannot be asked is refused and nothing is sent', async (t) => {
  const { client, events } = setUp(t);
  await t.rejects(client.query('a..example', 'A'), { code: 'INVALID_QUERY' });
  await t.rejects(client.query('a.example', 'NONSENSE'), { code: 'INVALID_QUERY' });
  t.strictSame(events, []);
  const driven = dnsUdpDriver.open(anyPort, { clock: virtualClock() });
  const update = { kind: 'update', name: 'a.example', data: '192.0.2.1' } as const;
  await t.rejects(driven.request(update), { code: 'UNSUPPORTED', message: /update/ });
  await driven.close();
});
