import {
  against,
  answerAll,
  answerReversed,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  pool,
  request,
  scenario,
  together,
} from 'pipewrench';

export default scenario({
  title: 'two queries in flight are answered in reverse order: each gets its own answer',
  claims: ['001.11', 'F25', 'S1'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: connections([answerReversed(2), answerAll()]),
  // One socket for all, which takes the first request before it takes two more.
  settings: { maxConnections: 1 },
  workload: [together(request('a.example'), request('b.example')), request('c.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), pool({ errors: 0 })],
  counter: against('naive-dns-udp', [breaks('answers-belong')]),
});
