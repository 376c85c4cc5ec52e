import {
  against,
  answerAll,
  attempts,
  connections,
  everyRequest,
  fired,
  listener,
  open,
  outcome,
  refuseUntil,
  scenario,
  several,
  update,
} from 'pipewrench';

export default scenario({
  title:
    'the first upstream refuses the connection for an update: the second one executes it, once',
  claims: ['001.12', 'F9'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: several(
    listener([refuseUntil('up')], connections([answerAll()])),
    connections([answerAll()]),
  ),
  workload: [update('a.example', '192.0.2.1'), open('up'), fired('refuse')],
  expect: [everyRequest('answered'), attempts(1, 1)],
  counter: against('naive-dns-pool', [outcome(1).fails('ECONNREFUSED')]),
});
