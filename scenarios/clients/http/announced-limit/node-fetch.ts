import {
  against,
  announceIdle,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  fetchUrl,
  scenario,
} from 'pipewrench';

export default scenario({
  title:
    'fetch of Node: Keep-Alive: timeout=1 is heeded: the connection is not used in its last second',
  claims: ['F27'],
  protocol: 'http',
  client: 'node-fetch',
  upstream: connections([announceIdle({ ms: 1000 }), answerAll()]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b')],
  expect: [everyRequest('answered'), connectionsOpened(2)],
  counter: against('go-net-http', [connectionsOpened(1)]),
});
