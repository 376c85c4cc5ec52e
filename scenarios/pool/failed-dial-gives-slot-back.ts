import {
  answerAll,
  connections,
  fired,
  listener,
  open,
  outcome,
  pool,
  refuseUntil,
  request,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

/** With one slot in all, one that is not given back would stop everything. */
export default scenario({
  title: 'the only slot is taken for a connection that is refused: the next query has it',
  claims: ['000.7', 'F33'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 1 },
  upstream: listener([refuseUntil('up')], connections([answerAll()])),
  workload: [
    request('a.example'),
    request('b.example'),
    open('up'),
    fired('refuse'),
    request('c.example'),
  ],
  expect: [
    outcome(1).fails('ECONNREFUSED'),
    outcome(2).fails('ECONNREFUSED'),
    outcome(3).answered(),
    pool({ active: 1, created: 1, destroyed: 0 }),
  ],
  counter: swapped(listener([refuseUntil('up')], connections([reset()])), [
    outcome(3).fails('ECONNRESET', 'EOF', 'EPIPE'),
  ]),
});
