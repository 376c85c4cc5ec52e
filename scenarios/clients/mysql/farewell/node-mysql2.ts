import {
  against,
  answerAll,
  attempts,
  clientState,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  farewell,
  open,
  outcome,
  scenario,
  serveUntil,
  statement,
} from 'pipewrench';

export default scenario({
  title: 'mysql2: error 4031 on an idle connection is not told to anybody',
  claims: ['F16'],
  protocol: 'mysql',
  client: 'node-mysql2',
  upstream: connections([serveUntil({ gate: 'idle' }), farewell(), close()], [answerAll()]),
  workload: [statement('SELECT 1'), open('idle'), clientState('CLOSE_WAIT'), statement('SELECT 2')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: against('python-sqlalchemy', [outcome(2).fails('CR_SERVER_LOST')]),
});
