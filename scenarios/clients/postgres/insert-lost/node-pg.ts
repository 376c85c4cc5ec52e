import {
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  outcome,
  scenario,
  serveUntil,
  statement,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'pg: an INSERT is read, and the connection closed: it is not sent again',
  claims: ['F7'],
  protocol: 'postgres',
  client: 'node-pg',
  upstream: connections(
    [serveUntil({ matching: 'INSERT INTO t' }), swallow(), close()],
    [answerAll()],
  ),
  workload: [
    statement('CREATE TABLE t (a INT)'),
    statement('INSERT INTO t VALUES (1)'),
    statement('SELECT 1'),
  ],
  expect: [
    outcome(2).fails('Connection terminated unexpectedly'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: swapped(
    connections([serveUntil({ matching: 'INSERT INTO t' }), answer(1), close()], [answerAll()]),
    [outcome(2).answered()],
  ),
});
