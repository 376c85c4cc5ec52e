import {
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
  swapped,
  untilIdle,
} from 'pipewrench';

export default scenario({
  title: 'HikariCP: a connection that was idle for 500 ms is looked at, and is not used again',
  claims: ['F1'],
  protocol: 'mysql',
  client: 'java-hikaricp',
  deadlineMs: 10000,
  settings: { maximumPoolSize: 1 },
  upstream: connections(
    [serveUntil({ gate: 'idle' }), untilIdle({ ms: 600 }), close()],
    [answerAll()],
  ),
  workload: [statement('SELECT 1'), open('idle'), clientState('CLOSE_WAIT'), statement('SELECT 2')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: swapped(connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]), [
    outcome(2).fails('EOF'),
  ]),
});
