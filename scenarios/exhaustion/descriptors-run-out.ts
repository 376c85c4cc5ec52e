import {
  answerAll,
  configured,
  connections,
  connectionsOpened,
  delay,
  errors,
  everyRequest,
  limitDescriptors,
  logged,
  outcome,
  scenario,
  serveUntil,
  statement,
  together,
} from 'pipewrench';

/**
 * Document 004: "ulimit -n". The error is EMFILE, from socket(2): no packet is sent for it, and the
 * upstream knows nothing. It is no broken pipe.
 */
export default scenario({
  title: 'the client has no descriptors left: the fourth new connection is EMFILE, and no packet',
  claims: ['003.3', '004.4', '001.13'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  settings: { maxIdleConns: 10 },
  // Until the answer comes nobody else can have the connection.
  upstream: connections([serveUntil({ matching: 'SELECT 1' }), delay(500), answerAll()]),
  workload: [
    statement('SELECT 0'),
    limitDescriptors({ spare: 3 }),
    together(...Array.from({ length: 10 }, () => statement('SELECT 1'))),
    statement('SELECT 2'),
  ],
  expect: [
    connectionsOpened(4),
    logged(/too many open files/, { times: 6 }),
    logged(/broken pipe|reset by peer/, { times: 0 }),
    outcome(12).answered('2'),
    errors(),
  ],
  // A pool that is smaller than the limit waits, and nothing fails.
  counter: configured({ maxOpenConns: 4 }, [everyRequest('answered'), connectionsOpened(4)]),
});
