import {
  against,
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  outcome,
  pool,
  request,
  scenario,
  swallow,
} from 'pipewrench';

export default scenario({
  title: 'over TLS the retry fails too: the error is returned, there is no third try',
  claims: ['000.7', '001.10', 'F30', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    outcome(1).answered(),
    outcome(2).fails('EOF'),
    outcome(3).answered(),
    connectionsOpened(3),
    pool({ destroyed: 2, errors: 2, retries: 1 }),
    errors(['EOF'], ['EOF']),
  ],
  counter: against('documented-dns-pool', [
    outcome(2).fails('EOF'),
    outcome(3).fails('EOF'),
    connectionsOpened(2),
  ]),
});
