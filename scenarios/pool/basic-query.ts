import {
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
  swapped,
} from 'pipewrench';

/** The first of the three tests that document 000 asks for. */
export default scenario({
  title: 'a query over TCP is answered, over one connection and without an error',
  claims: ['000.10', '001.6'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [request('a.example')],
  expect: [
    everyRequest('answered'),
    attempts(1, 1),
    connectionsOpened(1),
    pool({ created: 1, errors: 0, queries: 1 }),
    errors(),
  ],
  counter: swapped(connections([sendResponse(20), close()]), [outcome(1).fails('EOF')]),
});
