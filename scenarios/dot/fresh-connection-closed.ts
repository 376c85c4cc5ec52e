import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  swallow,
  swapped,
} from 'pipewrench';

/** The handshake went well, so the certificate is not to blame; the upstream does not want the query. */
export default scenario({
  title: 'a fresh connection over TLS is closed on its first query: no retry',
  claims: ['000.7', '001.10', 'F10'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [
    outcome(1).fails('EOF'),
    outcome(2).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: swapped(connections([answer(1), swallow(), close()], [answerAll()]), [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ retries: 1 }),
  ]),
});
