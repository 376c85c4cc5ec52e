import {
  against,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  outcome,
  pool,
  request,
  scenario,
  swallow,
} from 'pipewrench';

/** That it never answered says that nothing about it was old. */
export default scenario({
  title: 'a fresh connection is closed on its first query: the upstream is not asked again',
  claims: ['F10', 'W14'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([swallow(), close()], [answerAll()]),
  workload: [request('a.example')],
  expect: [outcome(1).fails('EOF'), attempts(1, 1), connectionsOpened(1), pool({ retries: 0 })],
  counter: against('documented-dns-pool', [
    outcome(1).answered(),
    attempts(1, 2),
    connectionsOpened(2),
  ]),
});
