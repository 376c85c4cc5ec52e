/** What it does wrong is what counter executions lean on. */
import t from 'tap';
import { naiveDnsUdpDriver } from '../../../clients/naive-dns-udp/driver.ts';
import { dnsUdp } from '../../../fake-servers/protocols/dns-udp.ts';
import type { Step } from '../../../fake-servers/step.ts';
import {
  answerAll,
  answerReversed,
  answerTwice,
  swallow,
  truncate,
} from '../../../fake-servers/step.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { playUpstream } from '../../support/upstream.ts';

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

const query = (name: string) => ({ kind: 'query', name, type: 'A' }) as const;

function setUp(t: Unwinds, script: Step[]) {
  const played = playUpstream(t, [script], { protocol: dnsUdp });
  const clock = virtualClock();
  const client = naiveDnsUdpDriver.open(played.upstream.address, { clock });
  t.teardown(() => client.close());
  const answerTo = (key: string) => played.of('served').find((e) => e.key === key)?.answer;
  return { ...played, clock, client, answerTo };
}

t.test('a query is answered', async (t) => {
  const { client, answerTo } = setUp(t, [answerAll()]);
  t.equal(await client.request(query('a.example')), answerTo('a.example A'));
});

t.test('a copy left over answers the next query', async (t) => {
  const { client, answerTo, hasFired } = setUp(t, [answerTwice(), answerAll()]);
  await client.request(query('a.example'));
  await hasFired('answer-twice');
  t.equal(await client.request(query('b.example')), answerTo('a.example A'));
});

t.test('whoever waits takes what comes first', async (t) => {
  const { client, answerTo } = setUp(t, [answerReversed(2)]);
  const asked = [client.request(query('a.example')), client.request(query('b.example'))];
  const answers = await Promise.all(asked);
  t.strictSame(answers, [answerTo('b.example A'), answerTo('a.example A')]);
});

t.test('truncation is overlooked', async (t) => {
  const { client } = setUp(t, [truncate()]);
  t.equal(await client.request(query('a.example')), 'NODATA');
});

t.test('a query is sent again after half of its time', async (t) => {
  const { client, clock, hasFired } = setUp(t, [swallow(), swallow(), answerAll()]);
  const asked = client.request(query('a.example'));
  await hasFired('swallow');
  clock.advance(2500);
  await hasFired('swallow', 2);
  clock.advance(2500);
  await t.rejects(asked, { code: 'TIMEOUT' });
});

t.test('close ends who waits', async (t) => {
  const { client, hasFired } = setUp(t, [swallow()]);
  const asked = client.request(query('a.example'));
  await hasFired('swallow');
  const refused = t.rejects(asked, { code: 'CLOSED' });
  await client.close();
  await refused;
  const update = { kind: 'update', name: 'a.example', data: '192.0.2.1' } as const;
  await t.rejects(client.request(update), { code: 'UNSUPPORTED' });
});
