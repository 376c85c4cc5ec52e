import {
  against,
  announceIdle,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  outcome,
  request,
  scenario,
} from 'pipewrench';

/** RFC 7828 section 3.2.2: a timeout of 0 asks the client to send nothing more on the connection. */
export default scenario({
  title: 'the upstream asks for no more queries on a TLS connection: the next one goes on another',
  claims: ['S4', 'F27', '001.10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([announceIdle({ ms: 0 }), answerAll()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [outcome(1).answered(), outcome(2).answered(), errors(), connectionsOpened(2)],
  counter: against('documented-dns-pool', [connectionsOpened(1)]),
});
