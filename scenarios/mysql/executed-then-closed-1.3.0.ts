import {
  against,
  answerAll,
  attempts,
  breaks,
  calls,
  close,
  connections,
  errors,
  executed,
  outcome,
  scenario,
  serveUntil,
  statement,
  swallow,
} from 'pipewrench';

/** The price of the retry that hides the idle close: the driver cannot tell the two apart. */
export default scenario({
  title:
    'an INSERT is executed and not answered, Go driver v1.3.0: executed twice, and the caller is told "OK"',
  claims: ['002.9', '002.1'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  upstream: connections([serveUntil({ matching: 'INSERT' }), swallow(), close()], [answerAll()]),
  workload: [
    statement('CREATE TABLE t (id INT)'),
    statement('INSERT INTO t VALUES (1)'),
    statement('SELECT COUNT(*) FROM t'),
  ],
  expect: [
    outcome(2).answered('OK 1'),
    attempts(2, 2),
    executed(2, 2),
    outcome(3).answered('2'),
    breaks('writes-execute-once'),
    errors(['EOF', 'RST']),
    calls(1, 'write', 'read EOF', 'write', 'close'),
  ],
  counter: against('go-mysql-1.4.1', [executed(2, 1), outcome(2).fails('invalid connection')]),
});
