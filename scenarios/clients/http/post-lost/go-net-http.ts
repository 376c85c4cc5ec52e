import {
  answer,
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
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'net/http of Go: a POST is read, and the connection closed: it is not sent again',
  claims: ['F7'],
  protocol: 'http',
  client: 'go-net-http',
  upstream: connections([serveUntil({ matching: 'POST /b' }), swallow(), close()], [answerAll()]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('POST', '/b', { body: 'x' }), fetchUrl('GET', '/c')],
  expect: [outcome(2).fails('EOF'), attempts(2, 1), outcome(3).answered(), connectionsOpened(2)],
  counter: swapped(
    connections([serveUntil({ matching: 'POST /b' }), answer(1), close()], [answerAll()]),
    [outcome(2).answered()],
  ),
});
