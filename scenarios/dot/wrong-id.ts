import {
  against,
  answer,
  answerAll,
  answerWrongId,
  connections,
  connectionsOpened,
  outcome,
  pool,
  request,
  scenario,
} from 'pipewrench';

export default scenario({
  title: 'over TLS an answer carries a wrong id: it is never delivered',
  claims: ['001.10', 'F25', 'F26', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), answerWrongId(), answerAll()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    outcome(2).fails('PROTOCOL'),
    outcome(3).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1 }),
  ],
  counter: against('documented-dns-pool', [outcome(2).answered(), connectionsOpened(1)]),
});
