import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  halfClose,
  open,
  outcome,
  pool,
  request,
  scenario,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'a TLS upstream half-closes in the tick in which the next query is made',
  claims: ['000.2', '001.10', 'F2', 'F21', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('fault'), halfClose()], [answerAll()]),
  workload: [request('a.example'), open('fault'), fired('half-close'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1 })],
  counter: against('documented-dns-pool', [outcome(2).fails('EOF', 'EPIPE', 'ECONNRESET')]),
});
