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
  title: 'thirty queries at once: ten connections, and all are answered',
  claims: ['001.1', '001.5'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [
    together(...Array.from({ length: 30 }, (_, index) => request(`q${index + 1}.example`))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(10),
    pool({ active: 10, created: 10, destroyed: 0, maxConnections: 10, queries: 30 }),
    errors(),
  ],
  counter: against('dns-per-query', [everyRequest('answered'), connectionsOpened(30)]),
});
