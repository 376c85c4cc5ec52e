import {
  answerAll,
  close,
  connections,
  connectionsOpened,
  drip,
  errors,
  everyRequest,
  outcome,
  request,
  scenario,
  sendResponse,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'the answer comes three bytes at a time: it is put together',
  claims: ['F11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([drip({ bytes: 3, everyMs: 1 }), answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), errors()],
  counter: swapped(connections([sendResponse(3), close()]), [outcome(1).fails('EOF')]),
});
