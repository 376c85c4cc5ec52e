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
    'the upstream shows a certificate for another name: it is refused, and the next connection is fine',
  claims: ['001.10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([certificate('wrong-name'), answerAll()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    outcome(1).fails('ERR_TLS_CERT_ALTNAME_INVALID'),
    outcome(2).answered(),
    connectionsOpened(2),
  ],
  counter: swapped(connections([answerAll()]), [outcome(1).answered()]),
});
