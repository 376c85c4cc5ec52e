import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  outcome,
  pool,
  request,
  reset,
  scenario,
  serveUntil,
} from 'pipewrench';

/** The query is 29 bytes long: the upstream resets when it has half of it. */
export default scenario({
  title: 'the upstream resets when it has read half of a query',
  claims: ['F2', 'F8'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), serveUntil({ bytesRead: 45 }), reset()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1, retries: 1 })],
  counter: against('naive-dns-pool', [outcome(2).fails('ECONNRESET', 'EOF')]),
});
