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
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'pg: a connection that was closed while idle is not used again',
  claims: ['F1'],
  protocol: 'postgres',
  client: 'node-pg',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [statement('SELECT 1'), open('idle'), clientState('CLOSE_WAIT'), statement('SELECT 2')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: swapped(
    connections(
      [serveUntil({ gate: 'idle' }), close()],
      [serveUntil({ matching: 'SELECT 2' }), swallow(), close()],
    ),
    [outcome(2).fails('Connection terminated unexpectedly')],
  ),
});
