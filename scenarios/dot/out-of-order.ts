import {
  answer,
  answerAll,
  answerReversed,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  request,
  reset,
  scenario,
  swapped,
  together,
} from 'pipewrench';

export default scenario({
  title:
    'two queries on one TLS connection are answered in reverse order: each gets its own answer',
  claims: ['001.10', 'F25', 'S1'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  settings: { maxConnections: 1 },
  upstream: connections([answer(1), answerReversed(2), answerAll()]),
  workload: [
    request('a.example'),
    together(request('b.example'), request('c.example')),
    request('d.example'),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    pool({ errors: 0, destroyed: 0 }),
    errors(),
  ],
  counter: swapped(connections([answer(1), answerReversed(2), reset()], [answerAll()]), [
    everyRequest('answered'),
    connectionsOpened(2),
  ]),
});
