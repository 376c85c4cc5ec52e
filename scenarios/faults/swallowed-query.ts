import {
  advance,
  against,
  answer,
  answerAll,
  attempts,
  begin,
  connections,
  connectionsOpened,
  fired,
  outcome,
  pool,
  request,
  scenario,
  settled,
  swallow,
} from 'pipewrench';

/** A query that was sent whole may have been executed: it is not sent again when it times out (F23). */
export default scenario({
  title: 'a query is executed and never answered: it times out, and is not sent again',
  claims: ['F23', 'W11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answer(1), swallow(), answerAll()], [answerAll()]),
  workload: [
    request('a.example'),
    begin(request('b.example')),
    fired('swallow'),
    advance({ ms: 5000 }),
    settled(),
    request('c.example'),
  ],
  expect: [
    outcome(2).fails('TIMEOUT'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
  ],
  counter: against('naive-dns-pool', [outcome(3).answered(), connectionsOpened(1)]),
});
