import {
  answerAll,
  connections,
  connectionsOpened,
  errors,
  fired,
  listener,
  open,
  outcome,
  refuseUntil,
  request,
  scenario,
  swapped,
  truncate,
} from 'pipewrench';

/** The kernel tells a connected socket what ICMP told it, once; the same socket serves the next query. */
export default scenario({
  title: 'the port is closed, and open later: the query fails at once, the next one is answered',
  claims: ['001.11', 'F33'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: listener([refuseUntil('up')], connections([answerAll()])),
  workload: [request('a.example'), open('up'), fired('refuse'), request('b.example')],
  expect: [
    outcome(1).fails('ECONNREFUSED'),
    outcome(2).answered(),
    connectionsOpened(1),
    errors(['ECONNREFUSED']),
  ],
  counter: swapped(listener([refuseUntil('up')], connections([truncate()])), [
    outcome(2).fails('ECONNREFUSED'),
  ]),
});
