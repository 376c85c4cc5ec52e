import {
  against,
  answer,
  answerAll,
  clientState,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  outcome,
  pool,
  request,
  reset,
  scenario,
  untilIdle,
} from 'pipewrench';

export default scenario({
  title: 'an idle connection is reset by the upstream, then a request is made',
  claims: ['000.1', '000.4', 'F3', 'W1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilIdle({ ms: 20 }), reset()], [answerAll()]),
  workload: [request('a.example'), fired('reset'), clientState('CLOSED'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('ECONNRESET', 'EPIPE')]),
});
