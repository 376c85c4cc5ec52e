import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  corrupt,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
} from 'pipewrench';

/** What was altered on its way does not get through TLS: the connection is lost, and no answer is wrong. */
export default scenario({
  title: 'a byte of a TLS record is corrupted: the query is asked again on a new connection',
  claims: ['000.5', '001.10', 'F26', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), corrupt(14), answerAll()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ destroyed: 1, retries: 1 })],
  counter: against('documented-dns-pool', [
    outcome(2).fails('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
  ]),
});
