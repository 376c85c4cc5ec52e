import {
  advance,
  against,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  request,
  scenario,
} from 'pipewrench';

export default scenario({
  title: 'the idle limit is set to ten seconds: a connection idle for eleven is not lent again',
  claims: ['000.2', '001.2', 'W6'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  settings: { idleMs: 10_000 },
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 11_000 }), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(),
  ],
  counter: against('documented-dns-pool', [everyRequest('answered'), connectionsOpened(1)]),
});
