import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  request,
  scenario,
  together,
} from 'pipewrench';

export default scenario({
  title: 'fifty queries at once over one socket: all are answered, each with its own',
  claims: ['001.1', '001.11', 'F25'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  settings: { maxConnections: 1 },
  upstream: connections([answerAll()]),
  workload: [
    together(...Array.from({ length: 50 }, (_, index) => request(`q${index + 1}.example`))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    pool({ active: 1, created: 1, errors: 0, queries: 50 }),
    errors(),
  ],
  counter: against('dns-per-query', [everyRequest('answered'), connectionsOpened(50)]),
});
