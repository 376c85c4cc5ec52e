import {
  advance,
  against,
  answer,
  answerAll,
  begin,
  connections,
  connectionsOpened,
  delay,
  fired,
  open,
  outcome,
  request,
  scenario,
  serveUntil,
  settled,
  untilGate,
} from 'pipewrench';

/** The first caller has given up; what was meant for it still comes on the connection that it had. */
export default scenario({
  title: 'a query times out and is answered later: the next one is asked on another connection',
  claims: ['F24', 'W11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections(
    [answer(1), serveUntil({ request: 2 }), untilGate('late'), delay(20), answerAll()],
    [answerAll()],
  ),
  workload: [
    request('a.example'),
    begin(request('b.example')),
    fired('serve-until'),
    advance({ ms: 5000 }),
    settled(),
    begin(request('c.example')),
    open('late'),
    settled(),
    fired('delay'),
  ],
  expect: [outcome(2).fails('TIMEOUT'), outcome(3).answered(), connectionsOpened(2)],
  counter: against('documented-dns-pool', [
    outcome(2).fails('TIMEOUT'),
    outcome(3).fails('ID_MISMATCH'),
    connectionsOpened(1),
  ]),
});
