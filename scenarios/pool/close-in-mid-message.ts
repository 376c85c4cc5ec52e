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

/** Length prefix and header have come, the answer has not: nothing partial may be delivered. */
export default scenario({
  title: 'the upstream closes in the middle of a message',
  claims: ['000.5', '000.6', 'F8', 'F11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(20), close()], [answerAll()]),
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
