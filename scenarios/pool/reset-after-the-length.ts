import {
  against,
  answer,
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
  sendResponse,
} from 'pipewrench';

export default scenario({
  title: 'the upstream resets between the length prefix and the message',
  claims: ['000.5', '000.6', 'F6'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(2), reset()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    attempts(2, 2),
    pool({ destroyed: 1, errors: 1, retries: 1 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('ECONNRESET', 'EOF')]),
});
