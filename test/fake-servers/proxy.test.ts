import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import t from 'tap';
import { startProxy } from '../../fake-servers/proxy.ts';
import { connections, healthy } from '../../fake-servers/script.ts';
import { answer, reset, serveUntil } from '../../fake-servers/step.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { anyPort, errnoOf, readBytes, readToEnd } from '../support/sockets.ts';
import { until } from '../support/turns.ts';
import type { Recorded } from '../support/upstream.ts';

function openSockets(): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith('socket:')).length;
}

const moduleAt = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Sends back what it gets, on any number of connections. */
function startEcho(t: { teardown(run: () => unknown): void }) {
  const listener = new TcpListener(anyPort, { backlog: 4096 });
  const echo = async (socket: TcpSocket) => {
    for (;;) {
      const bytes = await socket.recv(1000);
      if (bytes.length === 0) return;
      await socket.send(bytes);
    }
  };
  const serving = (async () => {
    for await (const socket of listener.connections()) {
      echo(socket)
        .catch(() => {})
        .finally(() => socket.close());
    }
  })();
  t.teardown(() => {
    listener.close();
    return serving;
  });
  return listener;
}

t.test('many connections at once, and stop leaves no descriptor', async (t) => {
  const before = openSockets();
  const echo = startEcho(t);
  const relay = startProxy(healthy(), echo.address, () => {});
  const clients = await Promise.all(
    Array.from({ length: 300 }, () => TcpSocket.connect(relay.address)),
  );
  const answers = await Promise.all(
    clients.map(async (client, i) => {
      await client.send(Buffer.from(`number ${i}`));
      return (await readBytes(client, `number ${i}`.length)).toString();
    }),
  );
  t.strictSame(
    answers,
    clients.map((_, i) => `number ${i}`),
  );
  await relay.stop();
  await relay.stop();
  for (const client of clients) t.equal((await client.recv(1)).length, 0);
  for (const client of clients) client.close();
  echo.close();
  await until('all is closed', () => openSockets() === before);
  t.equal(await errnoOf(() => TcpSocket.connect(relay.address)), 'ECONNREFUSED');
});

t.test('connections that end leave nothing', async (t) => {
  const echo = startEcho(t);
  const relay = startProxy(healthy(), echo.address, () => {});
  t.teardown(() => relay.stop());
  const before = openSockets();
  for (let i = 0; i < 20; i++) {
    const client = await TcpSocket.connect(relay.address);
    await client.send(Buffer.from('abc'));
    client.halfClose();
    t.equal((await readToEnd(client)).bytes.toString(), 'abc');
    client.close();
  }
  await until('all is closed', () => openSockets() === before);
});

t.test('a server that refuses: the client is reset, and the reason is told', async (t) => {
  const nobody = new TcpListener(anyPort);
  nobody.close();
  const events: Recorded[] = [];
  const relay = startProxy(healthy(), nobody.address, (event) => events.push(event));
  t.teardown(() => relay.stop());
  const client = await TcpSocket.connect(relay.address);
  t.teardown(() => client.close());
  t.equal(await errnoOf(() => client.recv(1)), 'ECONNRESET');
  await until('it is told', () => events.some(({ type }) => type === 'failed'));
  t.match(
    events.filter(({ type }) => type === 'failed'),
    [{ reason: /cannot be reached: ECONNREFUSED/ }],
  );
});

t.test('a script breaks a connection at its byte, the others are forwarded', async (t) => {
  const echo = startEcho(t);
  const script = connections([serveUntil({ bytesSent: 2 }), reset()], []);
  const events: Recorded[] = [];
  const relay = startProxy(script, echo.address, (event) => events.push(event));
  t.teardown(() => relay.stop());
  const first = await TcpSocket.connect(relay.address);
  await first.send(Buffer.from('abcd'));
  const { bytes, end } = await readToEnd(first);
  t.strictSame([bytes.toString(), end], ['ab', 'ECONNRESET']);
  const second = await TcpSocket.connect(relay.address);
  await second.send(Buffer.from('abcd'));
  t.equal((await readBytes(second, 4)).toString(), 'abcd');
  await until('the reset has fired', () =>
    events.some((event) => event.type === 'fired' && event.step === 'reset'),
  );
  t.match(
    events.filter((event) => event.type === 'fired'),
    [{ bytesSent: 2 }, { receipts: [{ segment: 'RST', relativeSeq: 3 }] }],
  );
  first.close();
  second.close();
});

t.test('a step that needs messages is refused', async (t) => {
  t.throws(() => startProxy(connections([answer(1)]), { host: '127.0.0.1', port: 1 }, () => {}), {
    message: /"answer 1 request" needs an upstream that understands messages/,
  });
});

t.test('without a free descriptor, connections wait and are then served', async (t) => {
  const echo = startEcho(t);
  const program = `
    import { startProxy } from ${moduleAt('../../fake-servers/proxy.js')};
    import { healthy } from ${moduleAt('../../fake-servers/script.js')};
    const relay = startProxy(healthy(), ${JSON.stringify(echo.address)}, (event) => {
      if (event.type === 'failed') console.log(event.reason);
    });
    console.log(relay.address.port);
    process.stdin.resume().on('end', () => relay.stop());
  `;
  const args = ['-c', 'ulimit -n 120; exec "$@"', 'sh', process.execPath];
  const child = spawn('sh', [...args, '--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await Promise.race([once(output, 'line'), exited]);
  const relay = { host: '127.0.0.1', port: Number(lines[0]) };

  const clients = await Promise.all(Array.from({ length: 150 }, () => TcpSocket.connect(relay)));
  let served = 0;
  await Promise.all(
    clients.map(async (client, i) => {
      const text = `number ${i}`;
      await client.send(Buffer.from(text));
      if ((await readBytes(client, text.length)).toString() === text) served++;
      client.close();
    }),
  );
  t.equal(served, 150);
  child.stdin.end();
  t.strictSame(await exited, [0, null]);
  t.equal(lines.length, 1, 'nothing failed');
});
