import t from 'tap';
import { documentedDnsPoolDriver as driver } from '../../../clients/documented-dns-pool/driver.ts';
import { certificateOf } from '../../../fake-servers/certificates.ts';
import { dnsTcp } from '../../../fake-servers/protocols/dns-tcp.ts';
import { dnsTls } from '../../../fake-servers/protocols/dns-tls.ts';
import { dnsUdp } from '../../../fake-servers/protocols/dns-udp.ts';
import { answerAll } from '../../../fake-servers/step.ts';
import type { ClientDriver } from '../../../harness/client.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { openOptions } from '../../support/open-options.ts';
import { playUpstream } from '../../support/upstream.ts';
import { socketCount } from '../socket-count.ts';

const { ca } = await certificateOf('valid');
const query = { kind: 'query', name: 'a.example', type: 'A' } as const;
const update = { kind: 'update', name: 'a.example', data: '192.0.2.1' } as const;
const protocols = { 'dns-tcp': dnsTcp, 'dns-udp': dnsUdp, 'dns-tls': dnsTls };
const networks = { 'dns-tcp': 'tcp', 'dns-udp': 'udp', 'dns-tls': 'tcp-tls' };

t.same(driver.protocols, Object.keys(protocols));

for (const name of ['dns-tcp', 'dns-udp', 'dns-tls'] as const) {
  t.test(`${name}, also while the clock stands still`, async (t) => {
    const before = socketCount();
    const { upstream, of } = playUpstream(t, [[answerAll()]], { protocol: protocols[name] });
    const options = { clock: virtualClock(), ca, protocol: name };
    const client = driver.open(upstream.address, options);
    const answers = [await client.request(query), await client.request(query)];
    t.same(answers, Array(2).fill(of('served')[0]?.answer));
    t.equal(await client.request(update), 'NOERROR');
    await t.rejects(client.request({ kind: 'connect' }), { code: 'UNSUPPORTED' });
    t.match(client.stats(), { network: networks[name], created: 1, queries: 3 });
    await client.close();
    await upstream.stop();
    await new Promise(setImmediate);
    t.equal(socketCount(), before);
  });
}

t.test('the harness can open it', async (t) => {
  const { upstream } = playUpstream(t, [[answerAll()]], { protocol: dnsTcp });
  const asDriver: ClientDriver = driver;
  const client = asDriver.open(upstream.address, openOptions('dns-tcp', upstream.address));
  t.match(await client.request(query), /^10\./);
  await client.close();
  await t.rejects(client.close(), { message: 'close of closed channel' });
});

t.test('another protocol is refused', async (t) => {
  const target = { host: '127.0.0.1', port: 53 };
  const open = () => driver.open(target, { clock: virtualClock(), protocol: 'http' });
  t.throws(open, { name: 'TypeError', message: /"http"/ });
});
