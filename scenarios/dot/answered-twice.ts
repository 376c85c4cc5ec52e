import {
  against,
  answerAll,
  answerTwice,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  open,
  pool,
  request,
  scenario,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'over TLS a query is answered twice: the second copy answers nobody',
  claims: ['001.10', 'F15', 'F25', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answerTwice(), untilGate('on'), answerAll()], [answerAll()]),
  workload: [request('a.example'), fired('answer-twice'), open('on'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1 })],
  counter: against('documented-dns-pool', [breaks('answers-belong'), connectionsOpened(1)]),
});
