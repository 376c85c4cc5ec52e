/** A process without a descriptor to spare: 001.13. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import t from 'tap';

const program = `
  import { openSync } from 'node:fs';
  import { DnsPool } from ${JSON.stringify(new URL('../../../clients/dns-pool/index.js', import.meta.url).href)};
  const codeOf = (asked) => asked.then(() => 'answered', (error) => error.class + ' ' + error.code);
  const pools = ['tcp', 'udp'].map((network) => new DnsPool({ network, port: 9 }));
  const closing = new DnsPool({ network: 'udp', port: 9 });
  try {
    for (;;) openSync('/dev/null');
  } catch (error) {
    if (error.code !== 'EMFILE') throw error;
  }
  for (const pool of pools) {
    console.log(await codeOf(pool.query({ name: 'a', type: 'A' })));
    await pool.close();
  }
  // Closed before the event loop has found out that there is no descriptor for it.
  const asked = codeOf(closing.query({ name: 'a', type: 'A' }));
  await closing.close();
  console.log(await asked);
`;

t.test('no descriptor is left: nobody blames the upstream, and close() ends', async (t) => {
  const args = ['-c', 'ulimit -n 120; exec "$@"', 'sh', process.execPath];
  const child = spawn('sh', [...args, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  t.same(output.trim().split('\n'), ['local EMFILE', 'local EMFILE', 'closed CLOSED']);
  t.equal(code, 0);
});
