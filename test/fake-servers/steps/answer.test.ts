import t from 'tap';
import { answer, answerAll, close } from '../../../fake-servers/step.ts';
import { lines } from '../../support/lines.ts';
import { readBytes, readToEnd } from '../../support/sockets.ts';
import { playUpstream } from '../../support/upstream.ts';

t.test('answer serves that many requests and then goes on', async (t) => {
  const { connect, of, fired, hasFired } = playUpstream(t, [[answer(2), close()]]);
  const client = await connect();
  for (const text of ['one', 'two!']) {
    await client.send(Buffer.from(text));
    t.equal((await readBytes(client, text.length)).toString(), text);
  }
  t.strictSame(await readToEnd(client), { bytes: Buffer.alloc(0), end: 'EOF' });
  await hasFired('close');
  t.strictSame(fired(), ['answer', 'close']);
  t.match(of('received'), [
    { key: 'one', bytes: 3 },
    { key: 'two!', bytes: 4 },
  ]);
  t.match(of('executed'), [{ key: 'one' }, { key: 'two!' }]);
  t.match(of('served'), [
    { key: 'one', answer: 'one', bytes: 3 },
    { key: 'two!', answer: 'two!', bytes: 4 },
  ]);
  t.match(of('fired').at(-1), {
    bytesRead: 7,
    bytesSent: 7,
    bytesUnread: 0,
    receipts: [{ segment: 'FIN', relativeSeq: 8, length: 0 }],
  });
});

t.test('answerAll answers until the client closes, and is not missed then', async (t) => {
  const { connect, of, recorded } = playUpstream(t, [[answerAll()]]);
  const client = await connect();
  for (const text of ['a', 'bb', 'ccc']) {
    await client.send(Buffer.from(text));
    t.equal((await readBytes(client, text.length)).toString(), text);
  }
  client.close();
  await recorded('peer-eof');
  t.equal(of('served').length, 3);
  t.strictSame(of('unfired'), []);
});

t.test('the parts of a handshake are answered and not counted', async (t) => {
  const protocol = lines({ greeting: 'hi\n' });
  const { connect, of, hasFired } = playUpstream(t, [[answer(2), close()]], { protocol });
  const client = await connect();
  t.equal((await readBytes(client, 3)).toString(), 'hi\n', 'said before it is asked');
  await client.send(Buffer.from('HELLO\nNOP\n1:a\nNOP\n2:b\n'));
  t.equal((await readToEnd(client)).bytes.toString(), 'CERT valid\n1:A\n2:B\n');
  await hasFired('close');
  t.strictSame(
    of('received').map(({ key }) => key),
    ['a', 'b'],
  );
  t.match(of('fired'), [
    { step: 'answer', bytesRead: 22, bytesSent: 22 },
    { receipts: [{ segment: 'FIN', relativeSeq: 23 }] },
  ]);
});

t.test('a request that is no message ends the connection and is told', async (t) => {
  const protocol = lines();
  const { connect, of, recorded } = playUpstream(t, [[answer(2), close()]], { protocol });
  const client = await connect();
  await client.send(Buffer.from('1:a\n what?\n'));
  t.equal((await readToEnd(client)).bytes.toString(), '1:A\n');
  await recorded('unfired', 2);
  t.match(of('malformed'), [{ ordinal: 1, reason: 'expected an id and a name' }]);
  t.match(of('unfired'), [
    { step: 'answer', reason: /^the client sent what is no message \(expected an id/ },
    { step: 'close' },
  ]);
});

t.test('a delimiter that does not come in time is no message either', async (t) => {
  const protocol = lines();
  const { connect, of, recorded } = playUpstream(t, [[answer(1)]], { protocol });
  const client = await connect();
  await client.send(Buffer.alloc(80, 'x'));
  await recorded('malformed');
  t.match(of('malformed'), [{ reason: /expected "\\n" within 64 bytes, got 64 bytes without it/ }]);
});

t.test('after the last response that a protocol allows the connection is over', async (t) => {
  const protocol = lines();
  const scripts = [[answer(3), close()], [answerAll()]];
  const { connect, of, recorded } = playUpstream(t, scripts, { protocol });
  for (const _ of scripts) {
    const client = await connect();
    await client.send(Buffer.from('1:a\nQUIT\n'));
    t.strictSame(await readToEnd(client), { bytes: Buffer.from('1:A\nOVER\n'), end: 'EOF' });
  }
  await recorded('unfired', 2);
  const reason = 'the protocol ended the connection while the script was at "answer 3 requests"';
  t.match(of('unfired'), [{ reason }, { reason }]);
  t.equal(of('unfired').length, 2, 'answerAll is not missed');
});

t.test('a secure protocol ends the connection in order after its last response', async (t) => {
  const protocol = lines({ isSecure: true });
  const { connect } = playUpstream(t, [[answerAll()]], { protocol });
  const client = await connect();
  await client.send(Buffer.from('1:a\nQUIT\n'));
  const met = await readToEnd(client);
  t.strictSame(met, { bytes: Buffer.from('1:A\nOVER\nALERT\n'), end: 'EOF' });
});
