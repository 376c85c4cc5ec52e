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
  title: 'a connection idle for a second less than five minutes is used again',
  claims: ['000.3', '001.2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 299_000 }), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), pool({ destroyed: 0 }), errors()],
  counter: against('dns-per-query', [everyRequest('answered'), connectionsOpened(2)]),
});
