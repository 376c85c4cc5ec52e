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

/** It surfaces only what may have been executed. A write that fails has sent nothing. */
export default scenario({
  title:
    'the server resets an idle connection, Go driver v1.4.1: nothing was written, so even this one retries',
  claims: ['002.3'],
  protocol: 'mysql',
  client: 'go-mysql-1.4.1',
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
    logged(/./, { times: 0 }),
  ],
  counter: against('go-mysql-877a977', [calls(1, 'read ECONNRESET')]),
});
