import {
  against,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  errors,
  outcome,
  pool,
  request,
  scenario,
  swallow,
} from 'pipewrench';

/** A connection that never worked says nothing about age: trying again would hide a broken upstream. */
export default scenario({
  title: 'a fresh connection is closed on its first query: no retry',
  claims: ['000.7', 'F10', 'W14'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    outcome(1).fails('EOF'),
    attempts(1, 1),
    outcome(2).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1, errors: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [
    outcome(1).fails('EOF'),
    outcome(2).fails('EPIPE', 'ECONNRESET', 'EOF'),
  ]),
});
