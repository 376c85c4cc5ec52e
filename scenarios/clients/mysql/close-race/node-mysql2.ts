import {
  against,
  answerAll,
  attempts,
  begin,
  clientState,
  close,
  connections,
  connectionsOpened,
  open,
  outcome,
  pauseClient,
  resumeClient,
  scenario,
  serveUntil,
  settled,
  statement,
} from 'pipewrench';

export default scenario({
  title:
    'mysql2: the upstream closes just before a statement: it fails, and the next one is answered',
  claims: ['F2', 'F31'],
  protocol: 'mysql',
  client: 'node-mysql2',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    statement('SELECT 1'),
    pauseClient(),
    begin(statement('SELECT 2')),
    open('idle'),
    clientState('CLOSE_WAIT'),
    resumeClient(),
    settled(),
    statement('SELECT 3'),
  ],
  expect: [
    outcome(2).fails('PROTOCOL_CONNECTION_LOST'),
    attempts(2, 0),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: against('python-sqlalchemy-pre-ping', [outcome(2).answered()]),
});
