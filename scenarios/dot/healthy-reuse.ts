import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  request,
  scenario,
  swapped,
  times,
} from 'pipewrench';

export default scenario({
  title: 'three queries over TLS, one after the other: one handshake serves all of them',
  claims: ['000.3', '001.4', '001.10', 'F19'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    pool({ created: 1, destroyed: 0, errors: 0, queries: 3 }),
    errors(),
  ],
  counter: swapped(connections(...times(2, [answer(1), close()]), [answerAll()]), [
    everyRequest('answered'),
    connectionsOpened(3),
  ]),
});
