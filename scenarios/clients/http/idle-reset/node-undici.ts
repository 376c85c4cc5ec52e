import {
  answerAll,
  attempts,
  clientState,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fetchUrl,
  open,
  outcome,
  reset,
  scenario,
  serveUntil,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'undici: a connection that was reset while idle is not used again',
  claims: ['F3'],
  protocol: 'http',
  client: 'node-undici',
  upstream: connections([serveUntil({ gate: 'idle' }), reset()], [answerAll()]),
  workload: [fetchUrl('GET', '/a'), open('idle'), clientState('CLOSED'), fetchUrl('GET', '/b')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: swapped(
    connections(
      [serveUntil({ gate: 'idle' }), reset()],
      [serveUntil({ matching: 'GET /b' }), swallow(), close()],
    ),
    [outcome(2).fails('UND_ERR_SOCKET')],
  ),
});
