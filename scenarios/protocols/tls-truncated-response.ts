import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  pool,
  request,
  scenario,
  sendResponse,
  swapped,
} from 'pipewrench';

export default scenario({
  title:
    'a TLS upstream closes in the middle of a record: it is asked again, and nothing of the part is delivered',
  claims: ['001.10', 'F11', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), sendResponse(9), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ retries: 1, destroyed: 1 })],
  counter: swapped(connections([answerAll()]), [connectionsOpened(1), pool({ retries: 0 })]),
});
