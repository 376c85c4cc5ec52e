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
 * The system calls are those of v1.3.0. The driver says something else of them: that the
 * statement may have been executed.
 */
export default scenario({
  title:
    'the server closes an idle connection, Go driver v1.4.1: "invalid connection", and no retry',
  claims: ['002.3', '002.7'],
  protocol: 'mysql',
  client: 'go-mysql-1.4.1',
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
    outcome(2).fails('invalid connection'),
    connectionsOpened(1),
    attempts(2, 0),
    errors(['RST', 'EOF', 'EPIPE']),
    calls(1, 'write', 'read EOF', 'write EPIPE', 'close'),
    packets(1, ['client S', 'upstream S.', 'client .', 'upstream F.', 'client P.', 'upstream R']),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT', 'CLOSED']),
    logged(/packets.go:36: unexpected EOF$/, { times: 1 }),
    logged(/:\d\d invalid connection$/, { times: 1 }),
    logged(/broken pipe/, { times: 0 }),
  ],
  counter: against('go-mysql-1.3.0', [outcome(2).answered('2')]),
});
