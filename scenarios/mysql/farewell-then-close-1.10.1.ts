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

export default scenario({
  title:
    'ERR 4031 before the close, Go driver v1.10.1: the probe reads a byte, not EOF, and calls that bad',
  claims: ['W16', '002.4', '002.6'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
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
    outcome(2).answered('2'),
    outcome(3).answered('3'),
    connectionsOpened(2),
    attempts(2, 1),
    errors(['RST']),
    calls(1, 'read', 'read', 'write', 'close'),
    logged(/closing bad idle connection: unexpected read from socket$/, { times: 1 }),
  ],
  counter: against('go-mysql-1.4.1', [
    outcome(2).fails("commands out of sync. You can't run this command now"),
  ]),
});
