import {
  against,
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  pool,
  request,
  scenario,
  vanish,
} from 'pipewrench';

/** The FIN is lost, so the client writes to a socket that is gone; each write after the first RST fails. */
export default scenario({
  title: 'a query goes to an upstream that is gone: length and message leave in one write',
  claims: ['F6', 'W10'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections(
    [answer(1), vanish({ from: 'upstream', only: 'FIN' }), close()],
    [answerAll()],
  ),
  workload: [request('a.example'), fired('close'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 2), pool({ retries: 1 })],
  counter: against('documented-dns-pool', [everyRequest('answered'), attempts(2, 1)]),
});
