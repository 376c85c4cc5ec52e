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
  sendResponse,
} from 'pipewrench';

export default scenario({
  title: 'the upstream closes after the first byte of the length prefix',
  claims: ['000.5', '000.6', 'F6', 'F8', 'F11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(1), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    attempts(2, 2),
    pool({ destroyed: 1, errors: 1, retries: 1 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EOF')]),
});
