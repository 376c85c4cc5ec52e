import {
  advance,
  against,
  answer,
  answerAll,
  begin,
  connections,
  connectionsOpened,
  fired,
  outcome,
  request,
  scenario,
  settled,
  vanish,
} from 'pipewrench';

export default scenario({
  title: 'packets of an idle connection are lost: the query times out and the next one is answered',
  claims: ['F22', 'F23', 'W3', 'W11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  // The naive pool asks again on the dead connection, and nothing moves its clock then.
  deadlineMs: 300,
  upstream: connections([answer(1), vanish(), answerAll()], [answerAll()]),
  workload: [
    request('a.example'),
    fired('vanish'),
    begin(request('b.example')),
    advance({ ms: 5000 }),
    settled(),
    request('c.example'),
  ],
  expect: [outcome(2).fails('TIMEOUT'), outcome(3).answered(), connectionsOpened(2)],
  counter: against('naive-dns-pool', [outcome(2).fails('TIMEOUT'), connectionsOpened(1)]),
});
