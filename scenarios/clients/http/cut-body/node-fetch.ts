import {
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  fetchUrl,
  outcome,
  scenario,
  sendResponse,
  serveUntil,
  swapped,
} from 'pipewrench';

/** All 187 bytes but the last chunk, RFC 9112 section 8: the body is incomplete, though nothing of it is missing. */
export default scenario({
  title: 'fetch of Node: a chunked body ends without its last chunk: an error',
  claims: ['F12'],
  protocol: 'http',
  client: 'node-fetch',
  upstream: connections(
    [serveUntil({ matching: 'GET /chunked/b' }), sendResponse(187), close()],
    [answerAll()],
  ),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/chunked/b'), fetchUrl('GET', '/c')],
  expect: [
    outcome(2).fails('UND_ERR_SOCKET'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(2),
  ],
  counter: swapped(
    connections([serveUntil({ matching: 'GET /chunked/b' }), answer(1), close()], [answerAll()]),
    [outcome(2).answered()],
  ),
});
