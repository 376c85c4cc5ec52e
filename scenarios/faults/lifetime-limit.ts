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

/** A server that ends every connection after a while, whether it is used or not. */
export default scenario({
  title: 'the upstream closes a connection 30 ms after it was accepted',
  claims: ['F1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([serveUntil({ elapsedMs: 30 }), close()], [answerAll()]),
  workload: [request('a.example'), fired('close'), clientState('CLOSE_WAIT'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1, retries: 0 })],
  counter: against('naive-dns-pool', [outcome(2).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
