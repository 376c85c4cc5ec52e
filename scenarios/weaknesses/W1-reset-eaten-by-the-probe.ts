import {
  against,
  answer,
  answerAll,
  attempts,
  breaks,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  open,
  pool,
  request,
  reset,
  scenario,
  untilGate,
} from 'pipewrench';

/** A probe that reads gets ECONNRESET, once; what it does not count as dead is then written to. */
export default scenario({
  title: 'an idle connection was reset: the probe alone finds it, and nothing is written to it',
  claims: ['F3', 'W1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('reset'), reset()], [answerAll()]),
  workload: [request('a.example'), open('reset'), fired('reset'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    attempts(2, 1),
    pool({ destroyed: 1, errors: 0, retries: 0 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('documented-dns-pool', [
    everyRequest('answered'),
    pool({ retries: 1 }),
    errors(['RST', 'ECONNRESET', 'EPIPE']),
    breaks('dead-connections-stay-out'),
  ]),
});
