import {
  against,
  answerAll,
  attempts,
  begin,
  clientState,
  close,
  connections,
  connectionsOpened,
  everyRequest,
  fetchUrl,
  open,
  outcome,
  pauseClient,
  resumeClient,
  scenario,
  serveUntil,
  settled,
} from 'pipewrench';

export default scenario({
  title:
    'net/http of Go: the upstream closes just before a POST: it is sent once, on a new connection',
  claims: ['F2', 'F9'],
  protocol: 'http',
  client: 'go-net-http',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    fetchUrl('GET', '/a'),
    pauseClient(),
    begin(fetchUrl('POST', '/b', { body: 'x' })),
    open('idle'),
    clientState('CLOSE_WAIT'),
    resumeClient(),
    settled(),
  ],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  counter: against('node-http-agent', [outcome(2).fails('ECONNRESET')]),
});
