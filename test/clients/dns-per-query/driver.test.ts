import t from 'tap';
import { dnsPerQueryDriver as driver } from '../../../clients/dns-per-query/driver.ts';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import { dnsUdp } from '../../../fake-servers/protocols/dns-udp.ts';
import { answer, answerAll, answerWrongId, close, swallow } from '../../../fake-servers/step.ts';
import type { ClientDriver } from '../../../harness/client.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { openOptions } from '../../support/open-options.ts';
import { playUpstream } from '../../support/upstream.ts';
import { failure, record } from '../manual-upstream.ts';
import { socketCount } from '../socket-count.ts';

const query = (name: string) => ({ kind: 'query', name, type: 'A' }) as const;
const update = { kind: 'update', name: 'a.example', data: '192.0.2.1' } as const;

for (const [protocol, spoken] of Object.entries({ 'dns-tcp': dnsTcp, 'dns-udp': dnsUdp })) {
  t.test(`${protocol}: a connection for each query, closed when it is answered`, async (t) => {
    const held = socketCount();
    const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: spoken });
    const listening = socketCount();
    const events = record(t);
    const client = driver.open(upstream.address, { clock: virtualClock(), protocol });
    const answers = [await client.request(query('a.example'))];
    answers.push(await client.request(query('b.example')));
    t.same(
      answers,
      of('served').map((served) => served.answer),
    );
    t.equal(await client.request(update), 'NOERROR');
    t.equal(new Set(of('received').map(({ tuple }) => tuple)).size, 3);
    const types = events.flatMap(({ type }) => (type === 'io' ? [] : [type]));
    const each = ['dial', 'connected', 'checkout', 'destroy'];
    t.same(types, [...each, ...each, ...each]);
    t.match(client.stats(), { queries: 3, created: 3, errors: 0 });
    if (protocol === 'dns-udp') t.equal(socketCount(), listening);
    await client.close();
    await upstream.stop();
    t.equal(socketCount(), held);
  });
}

t.test('what fails, fails once: nothing is sent again', async (t) => {
  const scripts = [[swallow(), close()], [answerWrongId()], [swallow()], [answer(1)]];
  const { upstream, of, recorded } = playUpstream(t, scripts, { protocol: dnsTcp });
  const clock = virtualClock();
  const asDriver: ClientDriver = driver;
  const client = asDriver.open(upstream.address, {
    ...openOptions('dns-tcp', upstream.address),
    clock,
  });
  t.equal((await failure(client.request(query('a.example')))).code, 'EOF');
  t.equal((await failure(client.request(query('b.example')))).code, 'ID_MISMATCH');
  const late = failure(client.request(query('c.example')));
  await recorded('received', 3);
  clock.advance(5_000);
  t.equal((await late).code, 'TIMEOUT');
  t.match(await client.request(query('d.example')), /^10\./);
  await t.rejects(client.request({ kind: 'connect' }), { code: 'UNSUPPORTED' });
  t.equal(of('received').length, 4);
  t.match(client.stats(), { queries: 4, created: 4, errors: 3 });
  await client.close();
});

t.test('close() ends what is in flight or dialing, twice if asked', async (t) => {
  for (const protocol of ['dns-tcp', 'dns-udp']) {
    const spoken = protocol === 'dns-tcp' ? dnsTcp : dnsUdp;
    const { upstream, recorded } = playUpstream(t, [[swallow()]], { protocol: spoken });
    const client = driver.open(upstream.address, { clock: virtualClock(), protocol });
    const waiting = failure(client.request(query('a.example')));
    await recorded('received');
    const dialing = failure(client.request(query('b.example')));
    await Promise.all([client.close(), client.close()]);
    t.same([(await waiting).code, (await dialing).code], ['CLOSED', 'CLOSED']);
    t.equal((await failure(client.request(query('c.example')))).code, 'CLOSED');
  }
});
