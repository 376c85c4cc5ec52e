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
  times,
} from 'pipewrench';

export default scenario({
  title: 'net/http of Go: a GET is lost twice: it is sent twice, and then fails',
  claims: ['F30', 'F10'],
  protocol: 'http',
  client: 'go-net-http',
  upstream: connections(...times(2, [serveUntil({ matching: 'GET /b' }), swallow(), close()]), [
    answerAll(),
  ]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b'), fetchUrl('GET', '/c')],
  expect: [outcome(2).fails('EOF'), attempts(2, 2), outcome(3).answered(), connectionsOpened(3)],
  counter: against('python-urllib3', [outcome(2).answered()]),
});
