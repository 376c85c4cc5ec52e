import {
  against,
  answerAll,
  calls,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  scenario,
  statement,
} from 'pipewrench';

/**
 * What the probe of a healthy connection looks like: a read without waiting that has nothing to
 * read.
 */
export default scenario({
  title: 'a healthy idle connection, Go driver v1.10.1: one read says EAGAIN, and it is reused',
  claims: ['002.4'],
  protocol: 'mysql',
  client: 'go-mysql-1.10.1',
  upstream: connections([answerAll()]),
  workload: [statement('SELECT 1'), statement('SELECT 2')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    errors(),
    calls(1, 'read', 'read EAGAIN', 'write'),
  ],
  counter: against('go-mysql-1.4.1', [connectionsOpened(1)]),
});
