import {
  answerAll,
  configured,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  scenario,
  statement,
  together,
} from 'pipewrench';

/** Nothing fails: the wait is in the pool's counters, and nowhere on the wire. */
export default scenario({
  title: 'a pool of one under 50 requests: 49 wait for the connection, and all are answered',
  claims: ['003.3'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  faultySettings: { maxOpenConns: 1 },
  upstream: connections([answerAll()]),
  workload: [
    together(...Array.from({ length: 50 }, (_, index) => statement(`SELECT ${index + 1}`))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    pool({ maxOpenConnections: 1, openConnections: 1, waitCount: 49 }),
    errors(),
  ],
  counter: configured({ maxOpenConns: 2 }, [connectionsOpened(2)]),
});
