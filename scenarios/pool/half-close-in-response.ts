import {
  against,
  answer,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  halfClose,
  outcome,
  pool,
  request,
  scenario,
  sendResponse,
} from 'pipewrench';

/** Writes would go on succeeding: the EOF must be enough, without waiting for the query's timeout. */
export default scenario({
  title: 'the upstream half-closes after seven bytes of the response',
  claims: ['000.5', '000.6', 'F11', 'F21'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(7), halfClose()], [answerAll()]),
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
