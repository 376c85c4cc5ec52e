import {
  answerAll,
  certificate,
  connections,
  connectionsOpened,
  everyRequest,
  logged,
  request,
  scenario,
  several,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'the first of two upstreams over TLS shows an expired certificate: the second one answers',
  claims: ['001.10', '001.12'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: several(connections([certificate('expired'), answerAll()]), connections([answerAll()])),
  workload: [request('a.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), logged(/上游查询失败/, { times: 1 })],
  counter: swapped(several(connections([answerAll()]), connections([answerAll()])), [
    connectionsOpened(1),
  ]),
});
