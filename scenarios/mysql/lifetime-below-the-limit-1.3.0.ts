import {
  answer,
  answerAll,
  connections,
  connectionsOpened,
  delay,
  errors,
  everyRequest,
  logged,
  outcome,
  packets,
  reset,
  scenario,
  serveUntil,
  statement,
  swapped,
} from 'pipewrench';

/**
 * The connection is older than 20 ms when it is given back: database/sql closes it itself, before
 * the server could, and the next statement gets another.
 */
export default scenario({
  title:
    'SetConnMaxLifetime, Go driver v1.3.0: what is too old is closed by the pool, and no statement meets a dead connection',
  claims: ['002.8'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  settings: { connMaxLifetimeMs: 20 },
  upstream: connections(
    [serveUntil({ matching: 'SELECT 1' }), delay(50), answer(1), answerAll()],
    [answerAll()],
  ),
  workload: [statement('SELECT 1'), statement('SELECT 2')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    errors(),
    packets(1, ['client P. length 5', 'client F.']),
    logged(/./, { times: 0 }),
  ],
  counter: swapped(
    connections(
      [serveUntil({ matching: 'SELECT 1' }), delay(50), answer(1), answerAll()],
      [reset()],
    ),
    [outcome(2).fails('driver: bad connection', 'ECONNRESET', 'EOF')],
  ),
});
