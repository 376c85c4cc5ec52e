import {
  against,
  answerAll,
  attempts,
  calls,
  close,
  connections,
  connectionsOpened,
  errors,
  executed,
  outcome,
  scenario,
  serveUntil,
  statement,
  swallow,
} from 'pipewrench';

/** It no longer takes leave of a connection that has failed, so no RST is drawn. */
export default scenario({
  title:
    'an INSERT is executed and not answered, Go driver v1.10.1: no probe can foresee it, executed once',
  claims: ['002.9', '002.4'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  upstream: connections([serveUntil({ matching: 'INSERT' }), swallow(), close()], [answerAll()]),
  workload: [
    statement('CREATE TABLE t (id INT)'),
    statement('INSERT INTO t VALUES (1)'),
    statement('SELECT COUNT(*) FROM t'),
  ],
  expect: [
    outcome(2).fails('invalid connection'),
    attempts(2, 1),
    executed(2, 1),
    outcome(3).answered('1'),
    connectionsOpened(2),
    errors(['EOF']),
    calls(1, 'write', 'read EOF', 'close'),
  ],
  counter: against('go-mysql-1.3.0', [executed(2, 2), outcome(3).answered('2')]),
});
