import {
  answerAll,
  attempts,
  close,
  connections,
  outcome,
  scenario,
  serveUntil,
  statement,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'mysql2: an INSERT is read, and the connection closed: it is not sent again',
  claims: ['F7'],
  protocol: 'mysql',
  client: 'node-mysql2',
  upstream: connections(
    [serveUntil({ matching: 'INSERT INTO t' }), swallow(), close()],
    [answerAll()],
  ),
  workload: [
    statement('CREATE TABLE t (a INT)'),
    statement('INSERT INTO t VALUES (1)'),
    statement('SELECT 1'),
  ],
  expect: [outcome(2).fails('PROTOCOL_CONNECTION_LOST'), attempts(2, 1), outcome(3).answered()],
  counter: swapped(connections([answerAll()]), [outcome(2).answered()]),
});
