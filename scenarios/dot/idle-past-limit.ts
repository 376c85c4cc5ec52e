import {
  advance,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'a connection over TLS idle for more than five minutes is closed and replaced',
  claims: ['000.10', '001.2', '001.10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 330_000 }), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(),
  ],
  counter: swapped(connections([answerAll()], [swallow(), close()]), [outcome(2).fails('EOF')]),
});
