import t from 'tap';
import { DnsManager, type DnsManagerOptions } from '../../../clients/dns-pool/index.ts';
import { virtualClock } from '../../../harness/clocks.ts';
import { failure } from './setting.ts';
import { addressOf, answer, answerBytes, type OnQuery, openUpstream } from './upstream.ts';

interface Unwinds {
  teardown(run: () => Promise<void>): void;
}

const servfail: OnQuery = (query, { socket }) => socket.write(answerBytes(query, { rcode: 2 }));
const silent: OnQuery = () => {};

async function manage(
  t: Unwinds,
  conducts: readonly OnQuery[],
  options: Partial<DnsManagerOptions> = {},
) {
  const upstreams = await Promise.all(conducts.map((conduct) => openUpstream(conduct)));
  const lines: string[] = [];
  const write = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const logger = { debug() {}, info() {}, warn: write('WARN'), error: write('ERROR') };
  const manager = new DnsManager({
    upstreams: upstreams.map(({ host, port }) => ({ host, port })),
    logger,
    ...options,
  });
  t.teardown(async () => {
    await manager.close();
    for (const upstream of upstreams) await upstream.close();
  });
  const ask = async (name: string, limits?: { signal?: AbortSignal; withinMs?: number }) => {
    const { answers = [] } = await manager.query({ name, type: 'A' }, limits);
    return answers.map((record) => ('data' in record ? String(record.data) : '')).join(' ');
  };
  return { manager, upstreams, lines, ask };
}

t.test('each strategy comes to an answer over real sockets', async (t) => {
  for (const strategy of ['sequential', 'parallel', 'racing'] as const) {
    const { ask, manager } = await manage(t, [servfail, answer, answer], { strategy });
    t.equal(await ask('a.example'), addressOf('a.example'), strategy);
    t.equal(manager.stats().strategy, strategy);
  }
});

t.test(
  'sequential: whoever is refused is passed over, and left alone after three times',
  async (t) => {
    const { upstreams, manager, ask, lines } = await manage(t, [answer, answer], {
      failuresMax: 3,
      downMs: 60_000,
      downMsMax: 60_000,
    });
    await upstreams[0]?.refuse();
    for (const name of ['a', 'b', 'c', 'd']) t.equal(await ask(name), addressOf(name));
    const [first, second] = manager.stats().upstreams;
    t.match(first, { isDown: true, failures: 3, queries: 3 });
    t.match(second, { isDown: false, failures: 0, queries: 4 });
    t.equal(lines.filter((line) => line.startsWith('WARN [handleQuery] 上游查询失败: ')).length, 3);
  },
);

t.test('when all are down they are asked all the same', async (t) => {
  const clock = virtualClock();
  const { upstreams, manager, lines } = await manage(t, [answer, answer], {
    failuresMax: 1,
    clock,
  });
  for (const upstream of upstreams) await upstream.refuse();
  const ask = () => failure(manager.query({ name: 'a.example', type: 'A' }));
  t.match(await ask(), { class: 'all-failed', code: 'ALL_FAILED', isUnsent: true });
  const error = await ask();
  t.match(
    error.errors.map(({ code }) => code),
    ['ECONNREFUSED', 'ECONNREFUSED'],
  );
  t.match(error.message, /^all servers failed: no connection to 127/);
  t.same(
    lines.filter((line) => line.startsWith('ERROR')),
    ['ERROR [querySequential] 所有服务器都失败', 'ERROR [querySequential] 所有服务器都失败'],
  );
});

t.test('racing: the loser is cancelled and its connection is kept', async (t) => {
  const { manager, upstreams, ask } = await manage(t, [silent, answer], {
    strategy: 'racing',
    headStartMs: 1,
  });
  t.equal(await ask('a.example'), addressOf('a.example'));
  t.same(upstreams[0]?.names, ['a.example']);
  t.match(manager.stats().upstreams[0], { active: 1, destroyed: 0, failures: 0 });
});

t.test('an update goes to one upstream, whatever the strategy', async (t) => {
  const { manager, upstreams } = await manage(t, [answer, answer], { strategy: 'parallel' });
  const update = { name: 'a.example', data: '192.0.2.1' };
  t.equal((await manager.update(update)).rcode, 'NOERROR');
  t.same(
    upstreams.map(({ names }) => names),
    [['a.example'], []],
  );
});

t.test('an update that may have been seen is sent to nobody else', async (t) => {
  const end: OnQuery = (_query, { socket }) => socket.end();
  const { manager, upstreams } = await manage(t, [end, answer]);
  const update = { name: 'a.example', data: '192.0.2.1' };
  t.match(await failure(manager.update(update)), { class: 'eof', isUnsent: false });
  t.same(upstreams[1]?.names, []);
  t.match(manager.stats().upstreams[1], { failures: 0 });
  await upstreams[0]?.close();
  t.equal((await manager.update(update)).rcode, 'NOERROR', 'nobody saw the second one before');
});

t.test('the limits of the caller hold over all upstreams', async (t) => {
  const clock = virtualClock();
  const { ask, manager } = await manage(t, [silent, silent], { clock });
  const late = failure(ask('a.example', { withinMs: 50 }));
  clock.advance(50);
  t.match(await late, { class: 'deadline' });
  const controller = new AbortController();
  const aborted = failure(ask('b.example', { signal: controller.signal }));
  controller.abort();
  t.match(await aborted, { class: 'aborted' });
  t.match(manager.stats().upstreams, [{ failures: 0 }, { failures: 0 }]);
});

t.test('close() closes every upstream, once, and nothing is taken after it', async (t) => {
  const { manager, ask } = await manage(t, [answer, answer], { strategy: 'parallel' });
  await ask('a.example');
  const closing = manager.close();
  t.equal(manager.close(), closing);
  await closing;
  t.match(manager.stats().upstreams, [{ active: 0 }, { active: 0 }]);
  t.match(await failure(ask('b.example')), { class: 'closed' });
});

t.test('options that make no sense are refused', async (t) => {
  const upstreams = [{ port: 5353 }];
  const refused: [object, RegExp][] = [
    [{}, /option upstreams: expected a list/],
    [{ upstreams: [] }, /option upstreams: expected a list/],
    [{ upstreams, strategy: 'fastest' }, /option strategy: expected sequential, parallel, racing/],
    [{ upstreams, downMs: 0 }, /option downMs: expected a whole number from 1, got 0/],
    [{ upstreams, retries: 3 }, /unknown option "retries"/],
    [{ upstreams: [{ prot: 1 }] }, /unknown option "prot"/],
  ];
  for (const [options, message] of refused) {
    t.throws(() => new DnsManager(options as DnsManagerOptions), message);
  }
});
