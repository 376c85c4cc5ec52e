import {
  against,
  answerAll,
  attempts,
  clientState,
  connections,
  connectionsOpened,
  everyRequest,
  open,
  outcome,
  reset,
  scenario,
  serveUntil,
  statement,
} from 'pipewrench';

export default scenario({
  title: 'SQLAlchemy with pre-ping: a connection that was reset while idle is not used again',
  claims: ['F3'],
  protocol: 'mysql',
  client: 'python-sqlalchemy-pre-ping',
  upstream: connections([serveUntil({ gate: 'idle' }), reset()], [answerAll()]),
  workload: [statement('SELECT 1'), open('idle'), clientState('CLOSED'), statement('SELECT 2')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: against('python-sqlalchemy', [outcome(2).fails('ECONNRESET')]),
});
