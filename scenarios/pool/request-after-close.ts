import {
  answerAll,
  attempts,
  close,
  closeClient,
  connections,
  connectionsOpened,
  errors,
  outcome,
  pool,
  request,
  scenario,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'a query is made of a pool that is closed: it fails, and nothing is sent',
  claims: ['001.9', 'F32', 'W13'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), closeClient(), request('b.example')],
  expect: [
    outcome(1).answered(),
    outcome(2).fails('CLOSED'),
    attempts(2, 0),
    connectionsOpened(1),
    pool({ active: 0, created: 1, destroyed: 1 }),
    errors(),
  ],
  counter: swapped(connections([swallow(), close()], [answerAll()]), [
    outcome(1).fails('EOF'),
    errors(['EOF']),
  ]),
});
