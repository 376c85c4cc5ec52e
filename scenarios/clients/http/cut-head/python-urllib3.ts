import {
  against,
  answerAll,
  breaks,
  close,
  connections,
  fetchUrl,
  outcome,
  scenario,
  sendResponse,
  serveUntil,
} from 'pipewrench';

/** RFC 9112 section 8: a message whose head is cut is no message. */
export default scenario({
  title: 'urllib3: a response ends within its head: it is taken for a whole one',
  claims: ['F11', 'F12'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections(
    [serveUntil({ matching: 'GET /b' }), sendResponse(20), close()],
    [answerAll()],
  ),
  workload: [fetchUrl('GET', '/a'), fetchUrl('GET', '/b')],
  expect: [outcome(2).answered('200 '), breaks('answers-belong')],
  counter: against('node-undici', [outcome(2).fails('UND_ERR_SOCKET')]),
});
