import {
  answerAll,
  certificate,
  connections,
  connectionsOpened,
  outcome,
  request,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title:
    'the upstream shows a self-signed certificate: it is refused, and the next connection is fine',
  claims: ['001.10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([certificate('self-signed'), answerAll()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    outcome(1).fails('DEPTH_ZERO_SELF_SIGNED_CERT'),
    outcome(2).answered(),
    connectionsOpened(2),
  ],
  counter: swapped(connections([answerAll()]), [outcome(1).answered()]),
});
