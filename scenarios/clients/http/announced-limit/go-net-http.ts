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
  title: 'net/http of Go: Keep-Alive: timeout=1 is not heeded: the connection is used again',
  claims: ['F27'],
  protocol: 'http',
  client: 'go-net-http',
  upstream: connections([announceIdle({ ms: 1000 }), answerAll()]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b')],
  expect: [everyRequest('answered'), connectionsOpened(1)],
  counter: against('node-undici', [connectionsOpened(2)]),
});
