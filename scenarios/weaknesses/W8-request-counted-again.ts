import {
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
  swallow,
  swapped,
  times,
  together,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'a query goes over three dead connections: it is counted once',
  claims: ['000.4', 'F4', 'W8'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections(...times(3, [answer(1), untilGate('close'), close()]), [answerAll()]),
  workload: [
    together(request('a.example'), request('b.example'), request('c.example')),
    open('close'),
    fired('close', 3),
    request('d.example'),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(4),
    pool({ destroyed: 3, queries: 4, retries: 0 }),
  ],
  counter: swapped(
    connections(...times(3, [answer(1), untilGate('close'), close()]), [swallow(), close()]),
    [outcome(4).fails('EOF'), pool({ destroyed: 4, queries: 4, retries: 0 })],
  ),
});
