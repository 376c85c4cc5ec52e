import {
  against,
  answer,
  answerAll,
  attempts,
  breaks,
  close,
  connections,
  errors,
  outcome,
  pool,
  request,
  scenario,
  swallow,
  update,
} from 'pipewrench';

export default scenario({
  title: 'the upstream executes an update and closes: whoever sends it again executes it twice',
  claims: ['F7', 'W14'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), update('b.example', '192.0.2.1')],
  expect: [outcome(2).fails('EOF'), attempts(2, 1), pool({ retries: 0 }), errors(['EOF'])],
  counter: against('documented-dns-pool', [
    outcome(2).answered(),
    attempts(2, 2),
    breaks('writes-execute-once'),
  ]),
});
