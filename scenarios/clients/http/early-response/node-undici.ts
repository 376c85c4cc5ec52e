import {
  against,
  answer,
  answerAll,
  breaks,
  connections,
  fetchUrl,
  outcome,
  scenario,
  stopReading,
  untilGate,
} from 'pipewrench';

/** RFC 9112 section 9.3: what is left of the body would be read as the next request. */
export default scenario({
  title:
    'undici: a 413 comes while the body is being sent: delivered, and the next request waits behind the body',
  claims: ['F14'],
  protocol: 'http',
  client: 'node-undici',
  upstream: connections([stopReading(), answer(1), untilGate('never')], [answerAll()]),
  workload: [fetchUrl('POST', '/early/a', { body: 'x'.repeat(400_000) }), fetchUrl('GET', '/b')],
  expect: [outcome(1).answered('413 '), breaks('every-request-settles')],
  counter: against('node-http-agent', [outcome(2).answered()]),
});
