import {
  answerAll,
  attempts,
  breaks,
  close,
  command,
  connections,
  connectionsOpened,
  everyRequest,
  scenario,
  serveUntil,
  swallow,
  swapped,
  times,
} from 'pipewrench';

export default scenario({
  title: 'redis-py: a GET is lost twice: it is sent three times',
  claims: ['F30'],
  protocol: 'redis',
  client: 'python-redis',
  upstream: connections(...times(2, [serveUntil({ matching: 'GET b' }), swallow(), close()]), [
    answerAll(),
  ]),
  workload: [command('GET', 'a'), command('GET', 'b')],
  expect: [
    everyRequest('answered'),
    attempts(2, 3),
    connectionsOpened(3),
    breaks('retries-are-bounded'),
  ],
  counter: swapped(
    connections([serveUntil({ matching: 'GET b' }), swallow(), close()], [answerAll()]),
    [attempts(2, 2)],
  ),
});
