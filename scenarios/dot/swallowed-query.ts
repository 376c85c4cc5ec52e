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
  pool,
  request,
  scenario,
  settled,
  swallow,
} from 'pipewrench';

export default scenario({
  title:
    'over TLS a query is never answered: it times out, and the next one takes a new connection',
  claims: ['001.10', 'F23', 'W11'],
  protocol: 'dns-tls',
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
    outcome(3).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
  ],
  counter: against('documented-dns-pool', [outcome(3).answered(), connectionsOpened(1)]),
});
