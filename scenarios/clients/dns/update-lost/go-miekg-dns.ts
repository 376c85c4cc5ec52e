import {
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  outcome,
  request,
  scenario,
  serveUntil,
  swallow,
  swapped,
  update,
} from 'pipewrench';

export default scenario({
  title: 'miekg/dns: an update is read, and the connection closed: it is not sent again',
  claims: ['F7'],
  protocol: 'dns-tcp',
  client: 'go-miekg-dns',
  upstream: connections(
    [serveUntil({ matching: 'update b.example' }), swallow(), close()],
    [answerAll()],
  ),
  workload: [request('a.example'), update('b.example', '192.0.2.1'), request('c.example')],
  expect: [outcome(2).fails('EOF'), attempts(2, 1), outcome(3).answered(), connectionsOpened(2)],
  counter: swapped(
    connections([serveUntil({ matching: 'update b.example' }), answer(1), close()], [answerAll()]),
    [outcome(2).answered()],
  ),
});
