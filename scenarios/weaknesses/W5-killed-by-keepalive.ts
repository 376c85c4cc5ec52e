import {
  against,
  answer,
  answerAll,
  breaks,
  clientState,
  connections,
  connectionsOpened,
  errors,
  fired,
  outcome,
  pool,
  request,
  scenario,
  vanish,
} from 'pipewrench';

/**
 * The kernel's ETIMEDOUT ends a connection. Whoever takes it for a read that had to wait too long lends
 * what is dead. Two seconds: keepalive asks after one at the soonest, and waits another.
 */
export default scenario({
  title: 'keepalive finds the network gone: what it has killed is not lent again',
  claims: ['W5', 'F22', '000.4'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { tcpKeepAliveSeconds: 1 },
  deadlineMs: 5000,
  upstream: connections([answer(1), vanish(), answerAll()], [answerAll()]),
  workload: [request('a.example'), fired('vanish'), clientState('CLOSED'), request('b.example')],
  expect: [
    outcome(2).answered(),
    errors(['ETIMEDOUT']),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
  ],
  counter: against('documented-dns-pool', [
    errors(['ETIMEDOUT', 'EPIPE']),
    breaks('dead-connections-stay-out'),
  ]),
});
