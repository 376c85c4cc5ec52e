import {
  against,
  answerAll,
  clientState,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  outcome,
  pool,
  request,
  scenario,
  serveUntil,
} from 'pipewrench';

export default scenario({
  title: 'the upstream serves until a connection was idle for 20 ms, and closes it',
  claims: ['F1', '000.2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([serveUntil({ idleMs: 20 }), close()], [answerAll()]),
  workload: [
    request('a.example'),
    request('b.example'),
    fired('close'),
    clientState('CLOSE_WAIT'),
    request('c.example'),
  ],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1, retries: 0 })],
  counter: against('naive-dns-pool', [outcome(3).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
