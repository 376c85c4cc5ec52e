import {
  against,
  answerAll,
  attempts,
  clientState,
  close,
  connections,
  connectionsOpened,
  open,
  outcome,
  scenario,
  serveUntil,
  statement,
} from 'pipewrench';

export default scenario({
  title: 'SQLAlchemy: a connection that was closed while idle fails one statement',
  claims: ['F1', 'F31'],
  protocol: 'mysql',
  client: 'python-sqlalchemy',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    statement('SELECT 1'),
    open('idle'),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
    statement('SELECT 3'),
  ],
  expect: [
    outcome(2).fails('CR_SERVER_LOST'),
    attempts(2, 0),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: against('python-sqlalchemy-pre-ping', [outcome(2).answered()]),
});
