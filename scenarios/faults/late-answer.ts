import {
  advance,
  against,
  answer,
  answerAll,
  begin,
  breaks,
  connections,
  connectionsOpened,
  fired,
  open,
  outcome,
  request,
  scenario,
  serveUntil,
  settled,
  untilGate,
} from 'pipewrench';

/** The connection still holds an answer that nobody waits for any more (F24). */
export default scenario({
  title: 'an answer comes after its query has timed out: the next caller gets its own',
  claims: ['F24', 'W11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections(
    [answer(1), serveUntil({ request: 2 }), untilGate('late'), answerAll()],
    [answerAll()],
  ),
  workload: [
    request('a.example'),
    begin(request('b.example')),
    fired('serve-until'),
    advance({ ms: 5000 }),
    settled(),
    open('late'),
    request('c.example'),
  ],
  expect: [outcome(2).fails('TIMEOUT'), outcome(3).answered(), connectionsOpened(2)],
  counter: against('naive-dns-pool', [outcome(2).fails('TIMEOUT'), breaks('answers-belong')]),
});
