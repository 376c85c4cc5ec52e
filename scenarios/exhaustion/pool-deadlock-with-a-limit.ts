import {
  answerAll,
  breaks,
  configured,
  connections,
  connectionsOpened,
  errors,
  outcome,
  pool,
  scenario,
  statement,
  together,
} from 'pipewrench';

/** The limit makes an error of the deadlock, and gives the connection back; the pool is still too small. */
export default scenario({
  title:
    'the same deadlock, with a limit on how long a handler waits: each fails, and nothing hangs',
  claims: ['003.3'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  settings: { nestedConnections: true, maxOpenConns: 51, maxIdleConns: 51 },
  faultySettings: { maxOpenConns: 1, acquireTimeoutMs: 200 },
  upstream: connections([answerAll()]),
  workload: [
    together(...Array.from({ length: 50 }, (_, index) => statement(`SELECT ${index + 1}`))),
  ],
  expect: [
    ...Array.from({ length: 50 }, (_, index) => outcome(index + 1).fails('TIMEOUT')),
    connectionsOpened(1),
    pool({ openConnections: 1, inUse: 0 }),
    errors(),
  ],
  counter: configured({ acquireTimeoutMs: 0 }, [breaks('every-request-settles')]),
});
