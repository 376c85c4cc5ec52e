import {
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  outcome,
  scenario,
  serveUntil,
  statement,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title:
    'SQLAlchemy with pre-ping: a SELECT is read, and the connection closed: it is not sent again',
  claims: ['F8'],
  protocol: 'mysql',
  client: 'python-sqlalchemy-pre-ping',
  upstream: connections([serveUntil({ matching: 'SELECT 2' }), swallow(), close()], [answerAll()]),
  workload: [statement('SELECT 1'), statement('SELECT 2'), statement('SELECT 3')],
  expect: [
    outcome(2).fails('CR_SERVER_LOST'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: swapped(connections([answerAll()]), [outcome(2).answered()]),
});
