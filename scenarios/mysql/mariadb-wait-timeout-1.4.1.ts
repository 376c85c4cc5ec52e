import {
  against,
  answerAll,
  calls,
  clientState,
  connections,
  connectionsOpened,
  errors,
  fired,
  inFrontOf,
  logged,
  outcome,
  scenario,
  serverCloses,
  statement,
} from 'pipewrench';

/** It surfaces only what may have been executed. A write that fails has sent nothing. */
export default scenario({
  title:
    'wait_timeout of a real MariaDB, which resets, Go driver v1.4.1: nothing was written, so even this one retries',
  claims: ['002.6', '002.7', '002.3'],
  protocol: 'mysql',
  client: 'go-mysql-1.4.1',
  upstream: inFrontOf('mariadb', connections([serverCloses()], [answerAll()])),
  workload: [
    statement('SELECT 1'),
    fired('server-closes'),
    clientState('CLOSED'),
    statement('SELECT 2'),
  ],
  expect: [
    outcome(2).answered('2'),
    connectionsOpened(2),
    errors(['RST', 'ECONNRESET', 'EPIPE']),
    calls(1, 'write ECONNRESET', 'write EPIPE', 'close'),
    logged(/./, { times: 0 }),
  ],
  counter: against('go-mysql-877a977', [calls(1, 'read ECONNRESET')]),
});
