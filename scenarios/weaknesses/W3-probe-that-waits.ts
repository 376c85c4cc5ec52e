import {
  advance,
  against,
  answer,
  answerAll,
  attempts,
  begin,
  breaks,
  connections,
  outcome,
  request,
  scenario,
  settled,
  swallow,
} from 'pipewrench';

/**
 * Its whole time passes in the tick in which the query is made. What was not written in that tick comes
 * too late, and a probe that waits for a millisecond has written nothing.
 */
export default scenario({
  title: 'a query on a healthy connection is sent in the tick in which it is made',
  claims: ['000.3', 'W3'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  deadlineMs: 300,
  upstream: connections([answer(1), swallow(), answerAll()], [answerAll()]),
  workload: [request('a.example'), begin(request('b.example')), advance({ ms: 5000 }), settled()],
  expect: [outcome(1).answered(), outcome(2).fails('TIMEOUT'), attempts(2, 1)],
  counter: against('documented-dns-pool', [breaks('every-request-settles'), attempts(2, 1)]),
});
