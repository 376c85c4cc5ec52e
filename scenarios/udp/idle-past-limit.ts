import {
  advance,
  against,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  logged,
  pool,
  request,
  scenario,
} from 'pipewrench';

export default scenario({
  title: 'a socket idle for more than five minutes is closed, and the next query has a new one',
  claims: ['001.2', '001.8', '001.11'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 330_000 }), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    logged(/清理空闲连接到 127\.0\.0\.1:\d+ \(udp\)，当前连接数: 0\/10/, { times: 1 }),
    pool({ created: 2, destroyed: 1, errors: 0 }),
  ],
  counter: against('naive-dns-udp', [everyRequest('answered'), connectionsOpened(1)]),
});
