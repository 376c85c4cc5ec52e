import {
  advance,
  against,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  logged,
  pool,
  request,
  scenario,
} from 'pipewrench';

/** The pool looks by itself, every thirty seconds, before anybody asks for a connection. */
export default scenario({
  title: 'an idle connection is closed by the pool in the first sweep after five minutes',
  claims: ['001.2', '001.8'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 330_000 }), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    logged(/清理空闲连接到 127\.0\.0\.1:\d+ \(tcp\)，当前连接数: 0\/10/, { times: 1 }),
    pool({ active: 1, created: 2, destroyed: 1, retries: 0 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [
    connectionsOpened(1),
    logged(/清理空闲连接到/, { times: 0 }),
  ]),
});
