import {
  against,
  answer,
  answerAll,
  attempts,
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
  title: 'the retry fails too: the error is returned, there is no third try',
  claims: ['000.5', '000.7', 'F30'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    outcome(1).answered(),
    outcome(2).fails('EOF'),
    attempts(2, 2),
    outcome(3).answered(),
    connectionsOpened(3),
    pool({ destroyed: 2, errors: 2, retries: 1 }),
    errors(['EOF'], ['EOF']),
  ],
  counter: against('naive-dns-pool', [
    attempts(2, 1),
    outcome(3).fails('EPIPE', 'ECONNRESET', 'EOF'),
  ]),
});
