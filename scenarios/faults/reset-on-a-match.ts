import {
  against,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  reset,
  scenario,
  serveUntil,
} from 'pipewrench';

export default scenario({
  title: 'the upstream resets on one query and serves all others',
  claims: ['000.5', 'F8'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([serveUntil({ matching: 'fatal.example' }), reset()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('fatal.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    attempts(3, 2),
    pool({ destroyed: 1, retries: 1 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('naive-dns-pool', [outcome(3).fails('ECONNRESET', 'EOF')]),
});
