import {
  against,
  answerAll,
  attempts,
  begin,
  breaks,
  clientState,
  close,
  connections,
  connectionsOpened,
  farewell,
  fetchUrl,
  open,
  outcome,
  pauseClient,
  resumeClient,
  scenario,
  serveUntil,
  settled,
} from 'pipewrench';

/** RFC 9110 section 15.5.9: the 408 answers no request that the client has made. */
export default scenario({
  title:
    'fetch of Node: a 408 waits on the idle connection: it is taken for the answer to the next request',
  claims: ['F15', 'F16'],
  protocol: 'http',
  client: 'node-fetch',
  upstream: connections([serveUntil({ gate: 'idle' }), farewell(), close()], [answerAll()]),
  workload: [
    fetchUrl('GET', '/a'),
    pauseClient(),
    begin(fetchUrl('GET', '/b')),
    open('idle'),
    clientState('CLOSE_WAIT'),
    resumeClient(),
    settled(),
  ],
  expect: [
    outcome(2).answered('408 '),
    attempts(2, 0),
    connectionsOpened(1),
    breaks('answers-belong'),
  ],
  counter: against('python-urllib3', [outcome(2).answered('200 GET /b e3b0c442')]),
});
