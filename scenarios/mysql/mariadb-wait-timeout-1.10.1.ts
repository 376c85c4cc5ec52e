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

export default scenario({
  title:
    'wait_timeout of a real MariaDB, which resets, Go driver v1.10.1: the probe finds ECONNRESET',
  claims: ['002.6', '002.7', '002.4'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
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
    calls(1, 'read ECONNRESET', 'write EPIPE', 'close'),
    logged(/closing bad idle connection: connection reset by peer$/, { times: 1 }),
  ],
  counter: against('go-mysql-1.4.1', [calls(1, 'write ECONNRESET')]),
});
