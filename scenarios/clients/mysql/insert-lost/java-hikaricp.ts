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
  title: 'HikariCP: an INSERT is read, and the connection closed: it is not sent again',
  claims: ['F7'],
  protocol: 'mysql',
  client: 'java-hikaricp',
  deadlineMs: 10000,
  settings: { maximumPoolSize: 1 },
  upstream: connections(
    [serveUntil({ matching: 'INSERT INTO t' }), swallow(), close()],
    [answerAll()],
  ),
  workload: [
    statement('CREATE TABLE t (a INT)'),
    statement('INSERT INTO t VALUES (1)'),
    statement('SELECT 1'),
  ],
  expect: [outcome(2).fails('EOF'), attempts(2, 1), outcome(3).answered()],
  counter: swapped(connections([answerAll()]), [outcome(2).answered()]),
});
