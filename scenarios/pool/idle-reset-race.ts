import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  errors,
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

/** The probe finds ECONNRESET and consumes it: that answer alone tells that the socket is dead. */
export default scenario({
  title: 'the upstream resets in the tick in which the next request is made',
  claims: ['000.2', 'F3', 'W1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('reset'), reset()], [answerAll()]),
  workload: [request('a.example'), open('reset'), fired('reset'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('ECONNRESET', 'EPIPE')]),
});
