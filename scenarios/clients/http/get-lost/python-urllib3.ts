import {
  against,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fetchUrl,
  outcome,
  scenario,
  serveUntil,
  swallow,
} from 'pipewrench';

export default scenario({
  title: 'urllib3: a GET is read, and the connection closed: it is sent again',
  claims: ['F8'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections([serveUntil({ matching: 'GET /b' }), swallow(), close()], [answerAll()]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 2)],
  counter: against('node-undici', [outcome(2).fails('UND_ERR_SOCKET')]),
});
