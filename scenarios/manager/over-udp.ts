import {
  answerAll,
  attempts,
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
  title: 'the port of the first of two upstreams is closed over UDP: the second one answers',
  claims: ['001.11', '001.12'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: several(
    listener([refuseUntil('up')], connections([answerAll()])),
    connections([answerAll()]),
  ),
  workload: [request('a.example'), open('up'), fired('refuse')],
  expect: [everyRequest('answered'), attempts(1, 2), logged(/上游查询失败/, { times: 1 })],
  counter: swapped(
    several(
      listener([refuseUntil('up')], connections([answerAll()])),
      listener([refuseUntil('up')], connections([answerAll()])),
    ),
    [outcome(1).fails('ALL_FAILED'), attempts(1, 2)],
  ),
});
