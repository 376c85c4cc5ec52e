import {
  answerAll,
  attempts,
  clientState,
  close,
  connections,
  open,
  outcome,
  scenario,
  serveUntil,
  statement,
  swapped,
  untilIdle,
} from 'pipewrench';

export default scenario({
  title:
    'HikariCP: a connection that was used within 500 ms is not looked at, and fails one statement',
  claims: ['F1', 'F31'],
  protocol: 'mysql',
  client: 'java-hikaricp',
  deadlineMs: 10000,
  settings: { maximumPoolSize: 1 },
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    statement('SELECT 1'),
    open('idle'),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
    statement('SELECT 3'),
  ],
  expect: [outcome(2).fails('EOF'), attempts(2, 0), outcome(3).answered()],
  counter: swapped(
    connections([serveUntil({ gate: 'idle' }), untilIdle({ ms: 600 }), close()], [answerAll()]),
    [outcome(2).answered()],
  ),
});
