import {
  advance,
  against,
  answer,
  answerAll,
  attempts,
  begin,
  breaks,
  connections,
  connectionsOpened,
  fired,
  outcome,
  request,
  scenario,
  settled,
  swallow,
} from 'pipewrench';

/** Every phase of the exchange would have five seconds of its own. */
export default scenario({
  title: 'a caller allows a second and no answer comes: the query ends after that second',
  claims: ['F23', 'W12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  deadlineMs: 300,
  upstream: connections([answer(1), swallow(), answerAll()], [answerAll()]),
  workload: [
    request('a.example'),
    begin(request('b.example', 'A', { withinMs: 1000 })),
    fired('swallow'),
    advance({ ms: 1000 }),
    settled(),
    request('c.example'),
  ],
  expect: [
    outcome(2).fails('DEADLINE'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: against('documented-dns-pool', [breaks('every-request-settles')]),
});
