import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  logged,
  pool,
  request,
  scenario,
  together,
} from 'pipewrench';

export default scenario({
  title: 'the only connection is in use when two more queries come: it serves them too',
  claims: ['001.5', '001.8'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 1 },
  upstream: connections([answerAll()]),
  workload: [together(request('a.example'), request('b.example'), request('c.example'))],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    logged(/连接池满，复用最旧连接到 127\.0\.0\.1:\d+ \(tcp\)/, { times: 2 }),
    pool({ active: 1, maxConnections: 1 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [
    connectionsOpened(3),
    logged(/连接池满，复用最旧连接到/, { times: 0 }),
  ]),
});
