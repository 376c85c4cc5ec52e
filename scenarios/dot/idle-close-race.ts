import {
  against,
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  open,
  outcome,
  pool,
  request,
  scenario,
  untilGate,
} from 'pipewrench';

/** The end of the connection is in the kernel, and the TLS layer above has not been told. */
export default scenario({
  title: 'a TLS upstream closes in the tick in which the next query is made',
  claims: ['000.2', '001.10', 'F2', 'F20', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('close'), close()], [answerAll()]),
  workload: [request('a.example'), open('close'), fired('close'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1 })],
  counter: against('documented-dns-pool', [outcome(2).fails('EOF', 'EPIPE', 'ECONNRESET')]),
});
