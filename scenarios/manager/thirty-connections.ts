import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  pool,
  request,
  scenario,
  several,
  together,
} from 'pipewrench';

/** A caller for each name, and each name is asked at three upstreams: three hundred exchanges. */
export default scenario({
  title: 'a hundred queries at once to three upstreams: thirty connections carry them',
  claims: ['000.10', '001.1', '001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'parallel' },
  upstream: several(
    connections([answerAll()]),
    connections([answerAll()]),
    connections([answerAll()]),
  ),
  workload: [
    together(...Array.from({ length: 100 }, (_, index) => request(`q${index + 1}.example`))),
  ],
  expect: [everyRequest('answered'), connectionsOpened(30), pool({ created: 30, active: 30 })],
  counter: against('dns-per-query', [everyRequest('answered'), connectionsOpened(100)]),
});
