import {
  against,
  answerAll,
  connections,
  everyRequest,
  fired,
  listener,
  logged,
  open,
  outcome,
  refuseUntil,
  request,
  scenario,
  several,
} from 'pipewrench';

export default scenario({
  title: 'the first of two upstreams refuses connections: the second one is asked, and answers',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'sequential' },
  upstream: several(
    listener([refuseUntil('up')], connections([answerAll()])),
    connections([answerAll()]),
  ),
  workload: [request('a.example'), open('up'), fired('refuse')],
  expect: [
    everyRequest('answered'),
    logged(/上游查询失败/, { times: 1 }),
    logged(/所有服务器都失败/, { times: 0 }),
  ],
  counter: against('naive-dns-pool', [outcome(1).fails('ECONNREFUSED')]),
});
