import {
  against,
  attempts,
  begin,
  closeClient,
  connections,
  connectionsOpened,
  fired,
  outcome,
  pool,
  scenario,
  settled,
  swallow,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'the pool is closed while one query waits for its answer and one for a connection',
  claims: ['001.9', 'F32', 'W13'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  deadlineMs: 300,
  settings: { maxConnections: 1, maxInFlight: 1 },
  upstream: connections([swallow(), untilGate('never')]),
  workload: [begin('a.example'), begin('b.example'), fired('swallow'), closeClient(), settled()],
  expect: [
    outcome(1).fails('CLOSED'),
    outcome(2).fails('CLOSED'),
    attempts(2, 0),
    connectionsOpened(1),
    pool({ active: 0, idle: 0 }),
  ],
  counter: against('naive-dns-pool', [
    outcome(1).fails('CLOSED'),
    outcome(2).fails('CLOSED'),
    attempts(2, 1),
    connectionsOpened(2),
  ]),
});
