import {
  against,
  answerAll,
  answerTwice,
  attempts,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  request,
  scenario,
} from 'pipewrench';

/** The second copy is there before the next query is sent. */
export default scenario({
  title: 'a query is answered twice: the second copy answers nobody',
  claims: ['001.11', 'F25', 'S3'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: connections([answerTwice(), answerAll()]),
  workload: [request('a.example'), fired('answer-twice'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), attempts(1, 1)],
  counter: against('naive-dns-udp', [breaks('answers-belong')]),
});
