import {
  against,
  answer,
  answerAll,
  attempts,
  begin,
  clientState,
  close,
  connections,
  connectionsOpened,
  fired,
  logged,
  open,
  outcome,
  scenario,
  serveUntil,
  settled,
  statement,
  times,
  untilGate,
} from 'pipewrench';

/**
 * database/sql of Go 1.26 does it as the document says: twice any connection, then a new one.
 */
export default scenario({
  title: 'four idle connections are dead, Go driver v1.3.0: two are tried, then a new one is made',
  claims: ['002.2', '002.1'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  settings: { maxIdleConns: 4 },
  deadlineMs: 6000,
  upstream: connections(
    ...times(4, [
      serveUntil({ matching: 'SELECT 1' }),
      untilGate('all'),
      answer(1),
      untilGate('wait_timeout'),
      close(),
    ]),
    [answerAll()],
  ),
  workload: [
    begin(statement('SELECT 11')),
    begin(statement('SELECT 12')),
    begin(statement('SELECT 13')),
    begin(statement('SELECT 14')),
    // Each on a connection of its own: who is answered early lends its connection to the next.
    fired('serve-until', 4),
    open('all'),
    settled(),
    open('wait_timeout'),
    fired('close', 4),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
  ],
  expect: [
    outcome(5).answered('2'),
    connectionsOpened(5),
    attempts(5, 1),
    logged(/unexpected EOF$/, { times: 2 }),
  ],
  counter: against('go-mysql-1.4.1', [outcome(5).fails('invalid connection')]),
});
