import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  outcome,
  pool,
  scenario,
  serveUntil,
  statement,
  swapped,
} from 'pipewrench';

/** Without SetConnMaxLifetime nothing but an error ends it. */
export default scenario({
  title: 'no SetConnMaxLifetime, Go driver v1.4.1: the connection is kept, however old it is',
  claims: ['002.8'],
  protocol: 'mysql',
  client: 'go-mysql-1.4.1',
  upstream: connections([
    serveUntil({ matching: 'SELECT 1' }),
    answer(1),
    serveUntil({ idleMs: 100 }),
    answerAll(),
  ]),
  workload: [statement('SELECT 1'), fired('serve-until', 2), statement('SELECT 2')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    errors(),
    pool({ maxLifetimeClosed: 0 }),
  ],
  counter: swapped(
    connections(
      [serveUntil({ matching: 'SELECT 1' }), answer(1), serveUntil({ idleMs: 100 }), close()],
      [answerAll()],
    ),
    [outcome(2).fails('invalid connection')],
  ),
});
