import {
  against,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  fetchUrl,
  outcome,
  scenario,
  serveUntil,
  swallow,
} from 'pipewrench';

export default scenario({
  title: 'fetch of Node: a GET is read, and the connection closed: it is not sent again',
  claims: ['F8'],
  protocol: 'http',
  client: 'node-fetch',
  upstream: connections([serveUntil({ matching: 'GET /b' }), swallow(), close()], [answerAll()]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b'), fetchUrl('GET', '/c')],
  expect: [
    outcome(2).fails('UND_ERR_SOCKET'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: against('go-net-http', [outcome(2).answered()]),
});
