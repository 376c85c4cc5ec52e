import {
  against,
  answer,
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
  update,
} from 'pipewrench';

/** In the place of the update a query would be sent again: nobody can tell whether it was executed. */
export default scenario({
  title: 'the upstream closes after it has read an update: it is not sent again',
  claims: ['F7', 'W14'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), update('b.example', '192.0.2.1'), request('c.example')],
  expect: [
    outcome(1).answered(),
    outcome(2).fails('EOF'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1, errors: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(3).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
