import {
  against,
  answerAll,
  attempts,
  clientState,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  open,
  outcome,
  scenario,
  serveUntil,
  statement,
} from 'pipewrench';

export default scenario({
  title: 'SQLAlchemy with pre-ping: a connection that was closed while idle is not used again',
  claims: ['F1'],
  protocol: 'mysql',
  client: 'python-sqlalchemy-pre-ping',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [statement('SELECT 1'), open('idle'), clientState('CLOSE_WAIT'), statement('SELECT 2')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: against('python-sqlalchemy', [outcome(2).fails('CR_SERVER_LOST')]),
});
