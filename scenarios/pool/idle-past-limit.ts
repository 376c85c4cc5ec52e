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

/** Five minutes on an injected clock: nothing is broken, the pool itself lets go first. */
export default scenario({
  title: 'a connection idle for more than five minutes is closed and replaced',
  claims: ['000.2', '000.10', '001.2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 300_001 }), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [everyRequest('answered'), connectionsOpened(1)]),
});
