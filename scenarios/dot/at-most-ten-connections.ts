import {
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  swallow,
  swapped,
  times,
  together,
} from 'pipewrench';

export default scenario({
  title: 'twenty queries at once over TLS: ten handshakes, and all are answered',
  claims: ['001.1', '001.5', '001.10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [
    together(...Array.from({ length: 20 }, (_, index) => request(`q${index + 1}.example`))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(10),
    pool({ active: 10, created: 10, maxConnections: 10, queries: 20 }),
    errors(),
  ],
  counter: swapped(connections(...times(10, [swallow(), close()]), [answerAll()]), [
    outcome(1).fails('EOF'),
    outcome(20).answered(),
  ]),
});
