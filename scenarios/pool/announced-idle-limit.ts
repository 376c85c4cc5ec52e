import {
  advance,
  against,
  announceIdle,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  outcome,
  pool,
  request,
  scenario,
} from 'pipewrench';

/** RFC 7828 section 3.2.2: the client is to close first, with five minutes of its own limit left. */
export default scenario({
  title: 'the upstream says how long it keeps a silent connection: the client closes it before',
  claims: ['S4', 'F27'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([announceIdle({ ms: 10_000 }), answerAll()], [answerAll()]),
  workload: [request('a.example'), advance({ ms: 10_000 }), request('b.example')],
  expect: [
    outcome(2).answered(),
    errors(),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0, errors: 0 }),
  ],
  counter: against('naive-dns-pool', [connectionsOpened(1)]),
});
