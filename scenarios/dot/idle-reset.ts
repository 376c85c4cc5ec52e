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
  title: 'an idle connection over TLS is reset: the next query goes out on a new one',
  claims: ['000.1', '000.4', '001.10', 'F3', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), untilIdle({ ms: 20 }), reset()], [answerAll()]),
  workload: [request('a.example'), fired('reset'), clientState('CLOSED'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('documented-dns-pool', [outcome(2).fails('EOF', 'EPIPE', 'ECONNRESET')]),
});
