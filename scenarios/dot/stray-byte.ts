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

/** It lies below the TLS layer, which would take it for the beginning of a record. */
export default scenario({
  title: 'one stray byte arrives below TLS on an idle connection: it is not lent again',
  claims: ['000.3', '001.10', 'F17', 'F19', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  deadlineMs: 300,
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
  counter: against('documented-dns-pool', [outcome(2).fails('ERR_SSL_WRONG_VERSION_NUMBER')]),
});
