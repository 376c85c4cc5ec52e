import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  open,
  pool,
  request,
  scenario,
  send,
  untilGate,
} from 'pipewrench';

/** Without its first byte the answer to nothing is no message at all, and neither is what follows it. */
export default scenario({
  title: 'one byte that nobody asked for comes while idle: the connection is not lent again',
  claims: ['F17', 'W2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  deadlineMs: 300,
  upstream: connections([answer(1), untilGate('stray'), send('x'), answerAll()], [answerAll()]),
  workload: [
    request('a.example'),
    open('stray'),
    fired('send'),
    request('b.example'),
    request('c.example'),
  ],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1 }), errors()],
  counter: against('documented-dns-pool', [everyRequest('answered'), connectionsOpened(1)]),
});
