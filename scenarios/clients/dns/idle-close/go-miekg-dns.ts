import {
  against,
  answerAll,
  clientState,
  close,
  connections,
  connectionsOpened,
  open,
  outcome,
  request,
  scenario,
  serveUntil,
} from 'pipewrench';

export default scenario({
  title: 'miekg/dns: a connection that was closed while idle fails one query',
  claims: ['F1', 'F31'],
  protocol: 'dns-tcp',
  client: 'go-miekg-dns',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    request('a.example'),
    open('idle'),
    clientState('CLOSE_WAIT'),
    request('b.example'),
    request('c.example'),
  ],
  expect: [outcome(2).fails('EOF'), outcome(3).answered(), connectionsOpened(2)],
  counter: against('dns-pool', [outcome(2).answered()]),
});
