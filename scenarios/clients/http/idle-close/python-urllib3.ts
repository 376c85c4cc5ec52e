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
  scenario,
  serveUntil,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'urllib3: a connection that was closed while idle is not used again',
  claims: ['F1'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [fetchUrl('GET', '/a'), open('idle'), clientState('CLOSE_WAIT'), fetchUrl('GET', '/b')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: swapped(
    connections(
      [serveUntil({ gate: 'idle' }), close()],
      [serveUntil({ matching: 'GET /b' }), swallow(), close()],
    ),
    [outcome(2).fails('RemoteDisconnected')],
  ),
});
