import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  delay,
  errors,
  everyRequest,
  outcome,
  pool,
  scenario,
  serveUntil,
  statement,
  swallow,
  swapped,
} from 'pipewrench';

/** Without SetConnMaxLifetime nothing but an error ends it: then it is the server that does. */
export default scenario({
  title: 'no SetConnMaxLifetime, Go driver v1.4.1: the connection is kept, however old it is',
  claims: ['002.8'],
  protocol: 'mysql',
  client: 'go-mysql-1.4.1',
  upstream: connections(
    [serveUntil({ matching: 'SELECT 1' }), delay(50), answer(1), answerAll()],
    [answerAll()],
  ),
  workload: [statement('SELECT 1'), statement('SELECT 2')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    errors(),
    pool({ maxLifetimeClosed: 0 }),
  ],
  counter: swapped(
    connections(
      [serveUntil({ matching: 'SELECT 1' }), delay(50), answer(1), swallow(), close()],
      [answerAll()],
    ),
    [outcome(2).fails('invalid connection')],
  ),
});
