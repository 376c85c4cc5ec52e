import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  logged,
  outcome,
  packets,
  pool,
  reset,
  scenario,
  serveUntil,
  statement,
  swapped,
} from 'pipewrench';

/**
 * A connection is older than its 50 ms when it is asked for: database/sql closes it itself and
 * makes another.
 */
export default scenario({
  title:
    'SetConnMaxLifetime below the limit of the server, Go driver v1.3.0: no statement meets a dead connection',
  claims: ['002.8'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  settings: { connMaxLifetimeMs: 50 },
  upstream: connections([
    serveUntil({ matching: 'SELECT 1' }),
    answer(1),
    serveUntil({ idleMs: 100 }),
    answerAll(),
  ]),
  workload: [statement('SELECT 1'), fired('serve-until', 2), statement('SELECT 2')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    errors(),
    pool({ maxLifetimeClosed: 1 }),
    packets(1, ['client P. length 5', 'client F.']),
    logged(/./, { times: 0 }),
  ],
  counter: swapped(
    connections(
      [serveUntil({ matching: 'SELECT 1' }), answer(1), serveUntil({ idleMs: 100 }), close()],
      [reset()],
    ),
    [outcome(2).fails('driver: bad connection', 'ECONNRESET', 'EOF')],
  ),
});
