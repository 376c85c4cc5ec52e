import {
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
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'two upstreams refuse connections: the query fails with one error for both',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'sequential' },
  upstream: several(
    listener([refuseUntil('up')], connections([answerAll()])),
    listener([refuseUntil('up')], connections([answerAll()])),
  ),
  workload: [request('a.example'), open('up'), fired('refuse'), request('b.example')],
  expect: [
    outcome(1).fails('ALL_FAILED'),
    logged(/上游查询失败/, { times: 2 }),
    logged(/\[querySequential\] 所有服务器都失败/, { times: 1 }),
    outcome(2).answered(),
  ],
  counter: swapped(
    several(listener([refuseUntil('up')], connections([answerAll()])), connections([answerAll()])),
    [everyRequest('answered')],
  ),
});
