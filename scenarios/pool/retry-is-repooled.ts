import {
  against,
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  swallow,
} from 'pipewrench';

export default scenario({
  title: 'a retry succeeds: its connection serves the next query too',
  claims: ['000.6'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    attempts(2, 2),
    attempts(3, 1),
    pool({ active: 1, idle: 1, created: 2, destroyed: 1, retries: 1 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [
    outcome(2).fails('EOF'),
    outcome(3).fails('EPIPE', 'ECONNRESET', 'EOF'),
  ]),
});
