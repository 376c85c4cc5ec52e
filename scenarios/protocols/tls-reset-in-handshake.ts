import {
  answerAll,
  connections,
  connectionsOpened,
  outcome,
  read,
  request,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'the upstream resets in the middle of the TLS handshake',
  claims: ['001.10', 'F10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([read(6), reset()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [outcome(1).fails('ECONNRESET'), outcome(2).answered(), connectionsOpened(2)],
  counter: swapped(connections([answerAll()]), [outcome(1).answered()]),
});
