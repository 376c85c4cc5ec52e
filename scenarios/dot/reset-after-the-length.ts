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
  sendResponse,
} from 'pipewrench';

export default scenario({
  title:
    'a TLS upstream resets between the length prefix and the message: the query is asked again',
  claims: ['000.5', '000.6', '001.10', 'F6', 'F8', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(2), reset()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, errors: 1, retries: 1 }),
  ],
  counter: against('documented-dns-pool', [outcome(2).fails('ECONNRESET', 'EOF')]),
});
