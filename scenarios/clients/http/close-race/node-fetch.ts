import {
  against,
  answerAll,
  attempts,
  begin,
  clientState,
  close,
  connections,
  connectionsOpened,
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
    'fetch of Node: the upstream closes just before a GET: it fails, and the next one is answered',
  claims: ['F2', 'F31'],
  protocol: 'http',
  client: 'node-fetch',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    fetchUrl('GET', '/a'),
    pauseClient(),
    begin(fetchUrl('GET', '/b')),
    open('idle'),
    clientState('CLOSE_WAIT'),
    resumeClient(),
    settled(),
    fetchUrl('GET', '/c'),
  ],
  expect: [
    outcome(2).fails('UND_ERR_SOCKET'),
    attempts(2, 0),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: against('python-urllib3', [outcome(2).answered()]),
});
