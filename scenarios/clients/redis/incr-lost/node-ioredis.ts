import {
  answer,
  answerAll,
  attempts,
  breaks,
  close,
  command,
  connections,
  connectionsOpened,
  outcome,
  scenario,
  serveUntil,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'ioredis: an INCR is read, and the connection closed: it is executed twice',
  claims: ['F7'],
  protocol: 'redis',
  client: 'node-ioredis',
  upstream: connections([serveUntil({ matching: 'INCR b' }), swallow(), close()], [answerAll()]),
  workload: [command('GET', 'a'), command('INCR', 'b'), command('GET', 'a')],
  expect: [
    outcome(2).answered('2'),
    attempts(2, 2),
    connectionsOpened(2),
    breaks('writes-execute-once'),
  ],
  counter: swapped(
    connections([serveUntil({ matching: 'INCR b' }), answer(1), close()], [answerAll()]),
    [outcome(2).answered('1')],
  ),
});
