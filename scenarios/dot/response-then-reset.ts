import {
  against,
  answer,
  answerAll,
  clientState,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  outcome,
  pool,
  request,
  reset,
  scenario,
} from 'pipewrench';

export default scenario({
  title: 'over TLS a complete response is followed at once by a reset: it is delivered',
  claims: ['000.1', '001.10', 'F13', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), reset()], [answerAll()]),
  workload: [request('a.example'), fired('reset'), clientState('CLOSED'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1, retries: 0 })],
  counter: against('documented-dns-pool', [
    outcome(1).answered(),
    outcome(2).fails('ECONNRESET', 'EPIPE', 'EOF'),
  ]),
});
