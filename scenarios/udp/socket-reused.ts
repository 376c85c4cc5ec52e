import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  pool,
  request,
  scenario,
} from 'pipewrench';

export default scenario({
  title: 'three queries over UDP, one after the other: one socket serves all of them',
  claims: ['001.4', '001.11'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), pool({ created: 1, queries: 3 })],
  counter: against('dns-per-query', [everyRequest('answered'), connectionsOpened(3)]),
});
