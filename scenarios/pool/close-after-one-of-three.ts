import {
  against,
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  together,
} from 'pipewrench';

/** Two are left unanswered, sent or not: each is a query, and finds its answer elsewhere. */
export default scenario({
  title: 'the upstream answers one of three queries on a connection and closes it',
  claims: ['000.5', 'F8', 'F29'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 1 },
  upstream: connections([answer(2), close()], [answerAll()]),
  workload: [
    request('a.example'),
    together(request('b.example'), request('c.example'), request('d.example')),
    request('e.example'),
  ],
  expect: [
    everyRequest('answered'),
    attempts(2, 1),
    connectionsOpened(2),
    pool({ active: 1, created: 2, destroyed: 1 }),
  ],
  counter: against('naive-dns-pool', [outcome(5).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
