import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  open,
  outcome,
  pool,
  request,
  reset,
  scenario,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'a TLS upstream resets in the tick in which the next query is made',
  claims: ['000.2', '001.10', 'F3', 'F20', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('reset'), reset()], [answerAll()]),
  workload: [request('a.example'), open('reset'), fired('reset'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1 })],
  counter: against('documented-dns-pool', [outcome(2).fails('EOF', 'EPIPE', 'ECONNRESET')]),
});
