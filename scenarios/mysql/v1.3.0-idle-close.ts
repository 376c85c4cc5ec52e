import {
  against,
  answer,
  answerAll,
  clientState,
  close,
  connections,
  connectionsOpened,
  errors,
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
    'go-sql-driver/mysql v1.3.0 after wait_timeout: the statement is retried, and two lines are logged',
  claims: ['002.1', '002.7'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
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
    errors(['RST', 'EOF', 'EPIPE']),
    logged(/packets.go:33: unexpected EOF/, { times: 1 }),
    logged(/write: broken pipe/, { times: 1 }),
  ],
  counter: against('go-mysql-1.4.1', [outcome(2).fails('invalid connection')]),
});
