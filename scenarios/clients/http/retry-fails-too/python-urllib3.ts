import {
  against,
  answerAll,
  attempts,
  breaks,
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
  title: 'urllib3: a GET is lost twice: it is sent three times',
  claims: ['F30'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections(...times(2, [serveUntil({ matching: 'GET /b' }), swallow(), close()]), [
    answerAll(),
  ]),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b')],
  expect: [
    outcome(2).answered(),
    attempts(2, 3),
    connectionsOpened(3),
    breaks('retries-are-bounded'),
  ],
  counter: against('go-net-http', [outcome(2).fails('EOF')]),
});
