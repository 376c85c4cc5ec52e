import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  pool,
  request,
  scenario,
  together,
} from 'pipewrench';

export default scenario({
  title: 'three queries over two connections: the counters of the pool say so',
  claims: ['001.7'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 2 },
  upstream: connections([answerAll()]),
  workload: [together(request('a.example'), request('b.example'), request('c.example'))],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({
      network: 'tcp',
      active: 2,
      total: 2,
      maxConnections: 2,
      idleMs: 300_000,
      idle: 2,
      created: 2,
      destroyed: 0,
      errors: 0,
      retries: 0,
      queries: 3,
    }),
  ],
  counter: against('naive-dns-pool', [connectionsOpened(3), pool({ created: 3 })]),
});
