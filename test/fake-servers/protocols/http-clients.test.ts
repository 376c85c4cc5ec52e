/** What real clients make of it. */
import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { http } from '../../../fake-servers/protocols/http.ts';
import type { Protocol } from '../../../fake-servers/protocols/protocol.ts';
import { findProgram } from '../../../kernel/programs.ts';
import { type Bridged, bridge } from '../../support/bridge.ts';

const run = promisify(execFile);
const noCurl = findProgram('curl') ? false : 'curl is not installed';

const paths = ['/a', '/chunked/b', '/large/70000', '/status/404', '/status/204', '/close/c', '/d'];

const urlOf = ({ host, port }: Bridged, path: string) => `http://${host}:${port}${path}`;

/** Through an agent that keeps connections; the answer in words. */
function asked(url: string, agent: Agent, method: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve(`${response.statusCode} ${Buffer.concat(parts)}`));
    });
    sent.on('error', reject);
    // With other methods Node sends a body and does not say how long it is.
    sent.end(method === 'POST' || method === 'PUT' ? body : undefined);
  });
}

function keepingAgent(t: { teardown(run: () => void): void }): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  return agent;
}

t.test('http.Agent reports the answers, and keeps its connection', async (t) => {
  const bridged = await bridge(t, http);
  const agent = keepingAgent(t);
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE');
  const path = fc.constantFrom(...paths.filter((one) => !one.startsWith('/close')));
  const body = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(method, path, body, async (method, path, body) => {
      const answer = await asked(urlOf(bridged, path), agent, method, body);
      return answer === bridged.answers.at(-1) && bridged.keys.at(-1) === `${method} ${path}`;
    }),
    { numRuns: 60 },
  );
  t.equal(bridged.accepted(), 1);
  await asked(urlOf(bridged, '/close/x'), agent, 'GET', Buffer.alloc(0));
  await asked(urlOf(bridged, '/y'), agent, 'GET', Buffer.alloc(0));
  t.equal(bridged.accepted(), 2, 'after Connection: close it opens another');
});

t.test('fetch reports the answers', async (t) => {
  const bridged = await bridge(t, http);
  for (const path of paths) {
    const response = await fetch(urlOf(bridged, path));
    t.equal(`${response.status} ${await response.text()}`, bridged.answers.at(-1), path);
  }
  const body = new Blob(['a', 'b']).stream();
  // A stream has no length, so it is sent in chunks.
  const streaming: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  const response = await fetch(urlOf(bridged, '/streamed'), streaming);
  t.equal(`${response.status} ${await response.text()}`, bridged.answers.at(-1));
  t.strictSame(bridged.keys, [...paths.map((path) => `GET ${path}`), 'POST /streamed']);
});

t.test('curl reports the answers', { skip: noCurl }, async (t) => {
  const bridged = await bridge(t, http);
  const written = [
    '--silent',
    '--show-error',
    '--max-time',
    '20',
    '--write-out',
    '\n%{http_code}\n',
  ];
  const ask = async (...args: string[]) => {
    const { stdout } = await run('curl', [...written, ...args], { maxBuffer: 4_194_304 });
    const [, body = '', status = ''] = /^(.*)\n(\d{3})\n$/s.exec(stdout) ?? [];
    return `${status} ${body}`;
  };
  for (const path of paths) {
    t.equal(await ask(urlOf(bridged, path)), bridged.answers.at(-1), path);
  }
  for (const args of [
    ['--data', 'hello'],
    ['--data', 'hello', '--header', 'Transfer-Encoding: chunked'],
    ['--data', 'hello', '--header', 'Expect: 100-continue'],
    ['--data', 'hello', '--http1.0'],
    ['--http2'],
    ['--request', 'DELETE'],
  ]) {
    t.equal(await ask(urlOf(bridged, '/x'), ...args), bridged.answers.at(-1), args.join(' '));
    t.match(bridged.answers.at(-1), /^200 /);
  }
});

t.test('curl waits for 100 Continue and keeps the connection', { skip: noCurl }, async (t) => {
  const bridged = await bridge(t, http);
  const url = urlOf(bridged, '/x');
  const asking = ['--data', 'hello', '--header', 'Expect: 100-continue', '--max-time', '20'];
  // Longer than the test may take: without the interim response it would time out.
  const patient = ['--expect100-timeout', '60', '--silent', '--show-error'];
  const { stdout } = await run('curl', [...asking, ...patient, url, url]);
  t.equal(stdout, bridged.answers.map((answer) => answer.slice('200 '.length)).join(''));
  t.strictSame([bridged.keys, bridged.accepted()], [['POST /x', 'POST /x'], 1]);
});

t.test('the farewell is a response that can be read', async (t) => {
  const leaving: Protocol = {
    ...http,
    start: () => {
      const server = http.start();
      const converse: typeof server.converse = (guest) => {
        const conversation = server.converse(guest);
        return {
          ...conversation,
          respond: async () => ({
            answer: '408 ',
            bytes: (await conversation.farewell?.()) ?? Buffer.alloc(0),
          }),
        };
      };
      return { ...server, converse };
    },
  };
  const bridged = await bridge(t, leaving);
  const agent = keepingAgent(t);
  for (const connections of [1, 2]) {
    const answer = await asked(urlOf(bridged, '/a'), agent, 'GET', Buffer.alloc(0));
    t.strictSame([answer, bridged.accepted()], ['408 ', connections]);
  }
});
