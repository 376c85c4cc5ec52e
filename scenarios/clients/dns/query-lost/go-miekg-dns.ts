import {
  against,
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
} from 'pipewrench';

export default scenario({
  title: 'miekg/dns: a query is read, and the connection closed: it is not sent again',
  claims: ['F8'],
  protocol: 'dns-tcp',
  client: 'go-miekg-dns',
  upstream: connections(
    [serveUntil({ matching: 'b.example A' }), swallow(), close()],
    [answerAll()],
  ),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [outcome(2).fails('EOF'), attempts(2, 1), outcome(3).answered(), connectionsOpened(2)],
  counter: against('dns-pool', [outcome(2).answered()]),
});
