import {
  answerAll,
  connections,
  fired,
  listener,
  open,
  outcome,
  refuseUntil,
  request,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'connections are refused, and accepted again later: the pool recovers',
  claims: ['F33', '000.7'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: listener([refuseUntil('up')], connections([answerAll()])),
  workload: [request('a.example'), open('up'), fired('refuse'), request('b.example')],
  expect: [outcome(1).fails('ECONNREFUSED'), outcome(2).answered()],
  counter: swapped(listener([refuseUntil('up')], connections([reset()])), [
    outcome(2).fails('ECONNRESET', 'EOF', 'EPIPE'),
  ]),
});
