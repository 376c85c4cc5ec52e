import {
  answer,
  answerAll,
  connections,
  connectionsOpened,
  delay,
  fetchUrl,
  outcome,
  reset,
  scenario,
  stopReading,
  swapped,
  untilGate,
} from 'pipewrench';

/** RFC 9112 section 9.3: what is left of the body would be read as the next request. */
export default scenario({
  title:
    'fetch of Node: a 413 comes while the body is being sent: delivered, and the next request has a new connection',
  claims: ['F14'],
  protocol: 'http',
  client: 'node-fetch',
  upstream: connections([stopReading(), answer(1), untilGate('never')], [answerAll()]),
  workload: [fetchUrl('POST', '/early/a', { body: 'x'.repeat(400_000) }), fetchUrl('GET', '/b')],
  expect: [outcome(1).answered('413 '), outcome(2).answered(), connectionsOpened(2)],
  counter: swapped(connections([stopReading(), delay(100), reset()], [answerAll()]), [
    outcome(1).fails('ECONNRESET', 'EPIPE'),
  ]),
});
