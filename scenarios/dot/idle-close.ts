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
  title: 'an idle connection is closed without close_notify: the next query goes out on a new one',
  claims: ['000.2', '000.4', '001.10', 'F1', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), untilIdle({ ms: 20 }), close()], [answerAll()]),
  workload: [request('a.example'), fired('close'), clientState('CLOSE_WAIT'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('documented-dns-pool', [outcome(2).fails('EOF', 'EPIPE', 'ECONNRESET')]),
});
