import {
  answerAll,
  breaks,
  configured,
  connections,
  connectionsIn,
  connectionsOpened,
  errors,
  everyRequest,
  kernelStates,
  pool,
  scenario,
  statement,
  together,
} from 'pipewrench';

/**
 * Document 003: "the pool of the database is too small, requests queue, until it is a deadlock". Each
 * handler holds a connection and asks for a second one. The connection itself is in the best of health.
 */
export default scenario({
  title: 'a pool of one, and 50 handlers that need two connections each: a deadlock',
  claims: ['003.3'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  deadlineMs: 3000,
  // As many as hold one, and one more: somebody always gets its second.
  settings: { nestedConnections: true, maxOpenConns: 51, maxIdleConns: 51 },
  faultySettings: { maxOpenConns: 1 },
  upstream: connections([answerAll()]),
  workload: [
    together(...Array.from({ length: 50 }, (_, index) => statement(`SELECT ${index + 1}`))),
  ],
  expect: [
    breaks('every-request-settles'),
    connectionsOpened(1),
    pool({ openConnections: 1, inUse: 1, idle: 0, waitCount: 50 }),
    errors(),
    kernelStates('client', 1, ['ESTABLISHED']),
    connectionsIn('upstream', 'ESTABLISHED', 1),
  ],
  counter: configured({ maxOpenConns: 51 }, [everyRequest('answered'), pool({ inUse: 0 })]),
});
