import {
  against,
  answer,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  halfClose,
  open,
  outcome,
  pool,
  request,
  scenario,
  untilGate,
} from 'pipewrench';

/** Writes would still succeed, so only the end of file tells that no answer can come. */
export default scenario({
  title: 'the upstream half-closes in the tick in which the next request is made',
  claims: ['000.2', 'F2', 'F21'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('fault'), halfClose()], [answerAll()]),
  workload: [request('a.example'), open('fault'), fired('half-close'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    attempts(2, 1),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EOF')]),
});
