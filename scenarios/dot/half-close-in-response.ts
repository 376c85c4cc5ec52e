import {
  against,
  answer,
  answerAll,
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

export default scenario({
  title: 'a TLS upstream half-closes in the middle of a response: the query is asked again at once',
  claims: ['000.5', '001.10', 'F11', 'F21', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(7), halfClose()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, errors: 1, retries: 1 }),
    errors(['EOF']),
  ],
  counter: against('documented-dns-pool', [outcome(2).fails('EOF')]),
});
