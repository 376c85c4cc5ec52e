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
  kernelStates,
  logged,
  open,
  outcome,
  packets,
  scenario,
  serveUntil,
  statement,
  untilGate,
} from 'pipewrench';

/**
 * The two lines of the document: what the read found, and what the COM_QUIT of its own close met.
 */
export default scenario({
  title:
    'the server closes an idle connection, Go driver v1.3.0: the statement is retried, two lines are logged',
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
    attempts(2, 1),
    errors(['RST', 'EOF', 'EPIPE']),
    calls(1, 'write', 'read EOF', 'write EPIPE', 'close'),
    packets(1, ['client S', 'upstream S.', 'client .', 'upstream F.', 'client P.', 'upstream R']),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT', 'CLOSED']),
    logged(/packets.go:33: unexpected EOF$/, { times: 1 }),
    logged(/packets.go:130: write tcp [\d.:]+->[\d.:]+: write: broken pipe$/, { times: 1 }),
  ],
  counter: against('go-mysql-1.4.1', [outcome(2).fails('invalid connection')]),
});
