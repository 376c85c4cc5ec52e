import t from 'tap';
import { dnsPoolDriver } from '../../../clients/dns-pool/driver.ts';
import type { ClientDriver } from '../../../harness/client.ts';
import { openOptions } from '../../support/open-options.ts';
import { addressOf, openUpstream } from './upstream.ts';

const driver: ClientDriver = dnsPoolDriver;

t.test('drives the pool through the harness interface', async (t) => {
  const upstream = await openUpstream();
  t.teardown(() => upstream.close());
  const client = driver.open(upstream, openOptions('dns-tcp', upstream));
  t.equal(
    await client.request({ kind: 'query', name: 'a.example', type: 'A' }),
    addressOf('a.example'),
  );
  t.equal(
    await client.request({ kind: 'update', name: 'a.example', data: '192.0.2.1' }),
    'NOERROR',
  );
  t.match(client.stats(), { address: upstream.address, network: 'tcp', created: 1 });
  await t.rejects(client.request({ kind: 'peek' }), {
    code: 'UNSUPPORTED',
    message: /can only query and update, got the operation "peek"/,
  });
  await upstream.close();
  await t.rejects(client.request({ kind: 'query', name: 'b.example', type: 'A' }), {
    code: 'ECONNREFUSED',
  });
  await client.close();
  await client.close();
});
