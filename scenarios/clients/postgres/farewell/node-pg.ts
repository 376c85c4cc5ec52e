import {
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
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'pg: error 57P01 on an idle connection is not told to anybody',
  claims: ['F16'],
  protocol: 'postgres',
  client: 'node-pg',
  upstream: connections([serveUntil({ gate: 'idle' }), farewell(), close()], [answerAll()]),
  workload: [statement('SELECT 1'), open('idle'), clientState('CLOSE_WAIT'), statement('SELECT 2')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: swapped(
    connections(
      [serveUntil({ gate: 'idle' }), farewell(), close()],
      [serveUntil({ matching: 'SELECT 2' }), swallow(), close()],
    ),
    [outcome(2).fails('Connection terminated unexpectedly')],
  ),
});
