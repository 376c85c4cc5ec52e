import {
  advance,
  answerAll,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  logged,
  open,
  outcome,
  pool,
  request,
  scenario,
  serveUntil,
  swallow,
  swapped,
  times,
  together,
} from 'pipewrench';

/** Ten virtual minutes. The first query after a restart goes over ten dead connections. */
export default scenario({
  title: 'an upstream is restarted twice between bursts of twenty queries: all are answered',
  claims: ['000.9', '000.10', '001.1', 'F5'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections(
    ...times(10, [serveUntil({ gate: 'first' }), close()]),
    ...times(10, [serveUntil({ gate: 'second' }), close()]),
    [answerAll()],
  ),
  workload: [
    together(...names('a').map((name) => request(name))),
    advance({ ms: 299_000 }),
    open('first'),
    fired('close', 10),
    request('b0.example'),
    together(...names('b').map((name) => request(name))),
    advance({ ms: 299_000 }),
    open('second'),
    fired('close', 20),
    request('c0.example'),
    together(...names('c').map((name) => request(name))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(30),
    logged(/上游查询失败|所有服务器都失败/, { times: 0 }),
    pool({ active: 10, created: 30, destroyed: 20, errors: 0, retries: 0 }),
  ],
  counter: swapped(
    connections(
      ...times(10, [serveUntil({ gate: 'first' }), close()]),
      ...times(10, [serveUntil({ gate: 'second' }), close()]),
      [swallow(), close()],
    ),
    [outcome(20).answered(), outcome(41).answered(), outcome(42).fails('EOF', 'ECONNRESET')],
  ),
});

function names(burst: string): string[] {
  return Array.from({ length: 20 }, (_, index) => `${burst}${index + 1}.example`);
}
