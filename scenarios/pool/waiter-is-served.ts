import {
  against,
  answerAll,
  attempts,
  begin,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  open,
  pool,
  request,
  scenario,
  settled,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'the only connection is in use: the next query waits, and goes out when it is free',
  claims: ['001.5'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 1 },
  upstream: connections([untilGate('go'), answerAll()]),
  workload: [begin(request('a.example')), begin(request('b.example')), open('go'), settled()],
  expect: [
    everyRequest('answered'),
    attempts(2, 1),
    connectionsOpened(1),
    pool({ active: 1, created: 1 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [everyRequest('answered'), connectionsOpened(2)]),
});
