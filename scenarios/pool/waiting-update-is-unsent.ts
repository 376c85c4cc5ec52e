import {
  against,
  answer,
  answerAll,
  attempts,
  begin,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  settled,
  swallow,
  update,
} from 'pipewrench';

/** One request at a time is on the connection: of the update, not a byte has left. */
export default scenario({
  title:
    'a connection dies while an update waits for it: the update goes out on the next one, once',
  claims: ['F5', 'F9', 'F29'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 1, maxInFlight: 1 },
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [
    request('a.example'),
    begin(request('b.example')),
    begin(update('c.example', '192.0.2.1')),
    settled(),
  ],
  expect: [
    everyRequest('answered'),
    attempts(2, 2),
    attempts(3, 1),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 1 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EOF'), attempts(2, 1)]),
});
