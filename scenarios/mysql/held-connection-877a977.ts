import {
  answer,
  answerAll,
  calls,
  clientState,
  close,
  connections,
  connectionsOpened,
  errors,
  logged,
  open,
  outcome,
  reset,
  scenario,
  serveUntil,
  statement,
  swapped,
  untilGate,
} from 'pipewrench';

/**
 * A statement on a connection that a transaction or an sql.Conn holds is no checkout: there is no
 * probe, and nothing to retry on.
 */
export default scenario({
  title:
    'the server closes a connection that is held between two statements, Go driver 877a977: not looked at',
  claims: ['002.5'],
  protocol: 'mysql',
  client: 'go-mysql-877a977',
  settings: { pinnedConnection: true },
  upstream: connections(
    [serveUntil({ matching: 'SELECT 1' }), answer(1), untilGate('wait_timeout'), close()],
    [answerAll()],
  ),
  workload: [
    statement('SELECT 1'),
    open('wait_timeout'),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
  ],
  expect: [
    outcome(2).fails('invalid connection'),
    connectionsOpened(1),
    errors(['RST', 'EOF', 'EPIPE']),
    calls(1, 'read', 'write', 'read EOF'),
    logged(/unexpected EOF$/, { times: 1 }),
    logged(/closing bad idle connection/, { times: 0 }),
  ],
  counter: swapped(
    connections(
      [serveUntil({ matching: 'SELECT 1' }), answer(1), untilGate('wait_timeout'), reset()],
      [answerAll()],
    ),
    [outcome(2).fails('driver: bad connection')],
  ),
});
