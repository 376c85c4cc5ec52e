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

/** The second copy waits on a connection that is idle again. */
export default scenario({
  title: 'a query is answered twice: the second copy answers nobody',
  claims: ['F15', 'F25', 'W2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answerTwice(), untilGate('on'), answerAll()], [answerAll()]),
  workload: [request('a.example'), fired('answer-twice'), open('on'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1 })],
  counter: against('naive-dns-pool', [breaks('answers-belong')]),
});
