import {
  answer,
  answerAll,
  close,
  connections,
  everyRequest,
  scenario,
  serveUntil,
  someRequestFails,
  statement,
  swapped,
  times,
  together,
} from 'pipewrench';

/**
 * At the limit of open connections the third attempt of a statement, which asks for a new
 * connection, waits for one that another statement gives back, and each of those is dead here.
 * Which statements meet three is chance, for database/sql takes the next of those that wait at
 * random. That none does has a chance of one in 200,000.
 */
export default scenario({
  title:
    'at the limit of connections "a new one" is one that was given back: three dead ones in a row reach the caller',
  claims: ['W16', '002.2'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  settings: { maxOpenConns: 1 },
  deadlineMs: 20000,
  upstream: connections(...times(110, [serveUntil({ matching: 'SELECT 1' }), answer(1), close()]), [
    answerAll(),
  ]),
  workload: [
    together(...Array.from({ length: 150 }, (_, index) => statement(`SELECT ${1000 + index}`))),
  ],
  expect: [someRequestFails('driver: bad connection')],
  counter: swapped(connections([answerAll()]), [everyRequest('answered')]),
});
