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
  logged,
  open,
  outcome,
  packets,
  scenario,
  serveUntil,
  statement,
  untilGate,
} from 'pipewrench';

export default scenario({
  title:
    'the server closes an idle connection, Go driver v1.10.1: the probe finds EOF, and nobody notices',
  claims: ['002.4'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  upstream: connections(
    [serveUntil({ matching: 'SELECT 1' }), answer(1), untilGate('wait_timeout'), close()],
    [answerAll()],
  ),
  workload: [
    statement('SELECT 1'),
    open('wait_timeout'),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
  ],
  expect: [
    outcome(2).answered('2'),
    connectionsOpened(2),
    attempts(2, 1),
    errors(['EOF', 'RST']),
    calls(1, 'read', 'read EOF', 'write', 'close'),
    packets(1, ['upstream F.', 'client P. length 5', 'upstream R']),
    logged(/connection.go:\d+ closing bad idle connection: EOF$/, { times: 1 }),
  ],
  counter: against('go-mysql-1.4.1', [outcome(2).fails('invalid connection')]),
});
