import {
  against,
  answer,
  answerAll,
  clientState,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  outcome,
  pool,
  request,
  scenario,
  untilIdle,
} from 'pipewrench';

export default scenario({
  title: 'an idle connection is closed by the upstream, then a request is made',
  claims: ['000.2', '000.4', '000.9', 'F1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilIdle({ ms: 20 }), close()], [answerAll()]),
  workload: [request('a.example'), fired('close'), clientState('CLOSE_WAIT'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
