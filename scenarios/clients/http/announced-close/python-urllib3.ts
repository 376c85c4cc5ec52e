import {
  announceIdle,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  fetchUrl,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'urllib3: Connection: close is heeded, though the upstream does not close',
  claims: ['F27'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections([announceIdle({ ms: 0 }), answerAll()]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b')],
  expect: [everyRequest('answered'), connectionsOpened(2)],
  counter: swapped(connections([answerAll()]), [connectionsOpened(1)]),
});
