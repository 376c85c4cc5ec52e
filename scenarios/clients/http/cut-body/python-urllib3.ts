import {
  against,
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
} from 'pipewrench';

/** All 187 bytes but the last chunk, RFC 9112 section 8: the body is incomplete, though nothing of it is missing. */
export default scenario({
  title: 'urllib3: a chunked body ends without its last chunk: the GET is sent again',
  claims: ['F12', 'F8'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections(
    [serveUntil({ matching: 'GET /chunked/b' }), sendResponse(187), close()],
    [answerAll()],
  ),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/chunked/b')],
  expect: [
    outcome(2).answered('200 GET /chunked/b e3b0c442'),
    attempts(2, 2),
    connectionsOpened(2),
  ],
  counter: against('go-net-http', [outcome(2).fails('EOF')]),
});
