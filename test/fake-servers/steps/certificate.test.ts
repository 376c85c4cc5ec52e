import t from 'tap';
import { answer, certificate, close } from '../../../fake-servers/step.ts';
import { digestOf } from '../../../harness/keys.ts';
import { lines } from '../../support/lines.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';
import { playUpstream } from '../../support/upstream.ts';

for (const kind of ['expired', 'self-signed', 'wrong-name'] as const) {
  t.test(`${kind}: shown on its connection and no other, proved by its bytes`, async (t) => {
    const protocol = lines();
    const scripts = [
      [certificate(kind), answer(1), close()],
      [answer(1), close()],
    ];
    const { connect, of, hasFired } = playUpstream(t, scripts, { protocol });
    const met: string[] = [];
    for (const _ of scripts) {
      const client = await connect();
      await client.send(Buffer.from('NOP\nHELLO\n1:a\n'));
      met.push((await readToEnd(client)).bytes.toString());
    }
    await hasFired('close', 2);
    t.strictSame(met, [`CERT ${kind}\n1:A\n`, 'CERT valid\n1:A\n']);
    const shown = Buffer.from(`CERT ${kind}\n`);
    t.match(of('fired')[0], {
      step: 'certificate',
      bytesRead: 0,
      bytesSent: 0,
      receipts: [
        { segment: 'DATA', relativeSeq: 1, length: shown.length, digest: digestOf(shown) },
      ],
    });
  });
}

t.test('a server that speaks first says its greeting before', async (t) => {
  const protocol = lines({ greeting: 'hi\n' });
  const scripts = [[certificate('expired'), answer(1), close()]];
  const { connect, of, hasFired } = playUpstream(t, scripts, { protocol });
  const client = await connect();
  t.equal((await readBytes(client, 3)).toString(), 'hi\n');
  await client.send(Buffer.from('HELLO\n1:a\n'));
  t.equal((await readToEnd(client)).bytes.toString(), 'CERT expired\n1:A\n');
  await hasFired('close');
  t.match(of('fired')[0], { receipts: [{ segment: 'DATA', relativeSeq: 4, length: 13 }] });
});

t.test('a client that leaves before it was shown has not met it', async (t) => {
  const scripts = [[certificate('expired'), close()]];
  const { connect, of, recorded } = playUpstream(t, scripts, { protocol: lines() });
  const client = await connect();
  client.close();
  await recorded('unfired', 2);
  t.match(of('unfired')[0], { step: 'certificate', isFault: true, reason: /^the client closed/ });
});
