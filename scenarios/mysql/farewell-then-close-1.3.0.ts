import {
  against,
  answer,
  answerAll,
  attempts,
  calls,
  clientState,
  close,
  connections,
  connectionsOpened,
  errors,
  farewell,
  logged,
  open,
  outcome,
  scenario,
  serveUntil,
  statement,
  untilGate,
} from 'pipewrench';

/**
 * It is packet 0 where the answer is packet 1. The connection goes back to the pool with the
 * statement unanswered, and the next statement is retried for a busy buffer.
 */
export default scenario({
  title:
    'ERR 4031 before the close, Go driver v1.3.0: taken for the answer, "commands out of sync"',
  claims: ['W16', '002.6'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  upstream: connections(
    [
      serveUntil({ matching: 'SELECT 1' }),
      answer(1),
      untilGate('wait_timeout'),
      farewell(),
      close(),
    ],
    [answerAll()],
  ),
  workload: [
    statement('SELECT 1'),
    open('wait_timeout'),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
    statement('SELECT 3'),
  ],
  expect: [
    outcome(2).fails("commands out of sync. You can't run this command now"),
    outcome(3).answered('3'),
    connectionsOpened(2),
    attempts(2, 0),
    attempts(3, 1),
    errors(['RST']),
    calls(1, 'read', 'write', 'read', 'close'),
    logged(/packets.go:431: busy buffer$/, { times: 1 }),
    logged(/packets.go:412: busy buffer$/, { times: 1 }),
  ],
  counter: against('go-mysql-1.10.1', [outcome(2).answered('2')]),
});
