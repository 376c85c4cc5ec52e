import {
  against,
  answer,
  answerAll,
  attempts,
  calls,
  clientState,
  connections,
  connectionsOpened,
  errors,
  logged,
  open,
  outcome,
  reset,
  scenario,
  serveUntil,
  statement,
  untilGate,
} from 'pipewrench';

export default scenario({
  title:
    'the server resets an idle connection, Go driver v1.3.0: the write fails, the statement is retried',
  claims: ['002.3'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  upstream: connections(
    [serveUntil({ matching: 'SELECT 1' }), answer(1), untilGate('wait_timeout'), reset()],
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
    errors(['RST', 'ECONNRESET', 'EPIPE']),
    calls(1, 'write ECONNRESET', 'write EPIPE', 'close'),
    logged(/packets.go:130: write tcp [\d.:]+->[\d.:]+: write: connection reset by peer$/, {
      times: 1,
    }),
    logged(/packets.go:130: write tcp [\d.:]+->[\d.:]+: write: broken pipe$/, { times: 1 }),
  ],
  counter: against('go-mysql-1.10.1', [calls(1, 'read ECONNRESET')]),
});
