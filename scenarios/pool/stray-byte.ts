import {
  against,
  answer,
  answerAll,
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
  send,
  untilGate,
} from 'pipewrench';

/** Read as half of a length prefix, the byte would shift every message that follows. */
export default scenario({
  title: 'one stray byte arrives on an idle connection',
  claims: ['000.3', 'F17', 'W2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections(
    [answer(1), untilGate('stray'), send('\u0000'), answerAll()],
    [answerAll()],
  ),
  workload: [request('a.example'), open('stray'), fired('send'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [outcome(1).answered(), outcome(2).fails('PROTOCOL')]),
});
