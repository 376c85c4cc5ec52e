import {
  against,
  answerAll,
  attempts,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  request,
  scenario,
  several,
  swallow,
} from 'pipewrench';

export default scenario({
  title: 'two upstreams are asked at once and one never answers: the other answer counts',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  deadlineMs: 300,
  settings: { strategy: 'parallel' },
  upstream: several(connections([swallow(), answerAll()]), connections([answerAll()])),
  workload: [request('a.example'), fired('swallow')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(1, 2)],
  counter: against('naive-dns-pool', [breaks('every-request-settles'), connectionsOpened(1)]),
});
