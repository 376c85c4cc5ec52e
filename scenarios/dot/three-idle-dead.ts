import {
  against,
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  open,
  outcome,
  pool,
  request,
  scenario,
  times,
  together,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'all of three idle connections over TLS are closed before the next query',
  claims: ['000.4', '001.10', 'F4', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections(...times(3, [answer(1), untilGate('close'), close()]), [answerAll()]),
  workload: [
    together(request('a.example'), request('b.example'), request('c.example')),
    open('close'),
    fired('close', 3),
    request('d.example'),
  ],
  expect: [everyRequest('answered'), connectionsOpened(4), pool({ destroyed: 3 })],
  counter: against('documented-dns-pool', [outcome(4).fails('EOF', 'EPIPE', 'ECONNRESET')]),
});
