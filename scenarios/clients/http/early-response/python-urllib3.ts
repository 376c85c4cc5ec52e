import {
  against,
  answer,
  answerAll,
  breaks,
  connections,
  connectionsOpened,
  fetchUrl,
  outcome,
  scenario,
  stopReading,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'urllib3: a 413 comes while the body is being sent: it is not read, and the request hangs',
  claims: ['F14'],
  protocol: 'http',
  client: 'python-urllib3',
  upstream: connections([stopReading(), answer(1), untilGate('never')], [answerAll()]),
  workload: [fetchUrl('POST', '/early/a', { body: 'x'.repeat(400_000) }), fetchUrl('GET', '/b')],
  expect: [outcome(2).answered(), connectionsOpened(2), breaks('every-request-settles')],
  counter: against('node-http-agent', [outcome(1).answered('413 ')]),
});
