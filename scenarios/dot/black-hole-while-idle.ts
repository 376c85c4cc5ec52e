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
  outcome,
  request,
  scenario,
  settled,
  vanish,
} from 'pipewrench';

export default scenario({
  title:
    'packets of an idle connection over TLS are lost: one query times out, the next is answered',
  claims: ['001.10', 'F22', 'F23', 'W11'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  clock: 'virtual',
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
  counter: against('documented-dns-pool', [breaks('every-request-settles')]),
});
