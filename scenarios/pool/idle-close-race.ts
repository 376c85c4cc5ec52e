import {
  against,
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  open,
  outcome,
  pool,
  request,
  scenario,
  untilGate,
} from 'pipewrench';

/** The client's event loop has not seen the FIN: only a probe at checkout can find it. */
export default scenario({
  title: 'the upstream closes in the tick in which the next request is made',
  claims: ['000.2', '000.3', 'F2', 'F31'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('close'), close()], [answerAll()]),
  workload: [request('a.example'), open('close'), fired('close'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
