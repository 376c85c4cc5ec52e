import {
  answer,
  answerAll,
  attempts,
  clientState,
  connections,
  connectionsOpened,
  everyRequest,
  fetchUrl,
  fired,
  outcome,
  reset,
  scenario,
  serveUntil,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'http.Agent: a connection is reset after a whole response: it is delivered',
  claims: ['F13'],
  protocol: 'http',
  client: 'node-http-agent',
  upstream: connections([serveUntil({ matching: 'GET /b' }), answer(1), reset()], [answerAll()]),
  workload: [
    fetchUrl('GET', '/a'),
    fetchUrl('GET', '/b'),
    fired('reset'),
    clientState('CLOSED'),
    fetchUrl('GET', '/c'),
  ],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: swapped(
    connections([serveUntil({ matching: 'GET /b' }), swallow(), reset()], [answerAll()]),
    [outcome(2).fails('ECONNRESET')],
  ),
});
