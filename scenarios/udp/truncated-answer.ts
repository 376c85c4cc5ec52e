import {
  against,
  alsoOverTcp,
  answer,
  answerAll,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  truncate,
} from 'pipewrench';

/** The whole answer can be had over TCP (RFC 7766 section 5); what came is no answer. */
export default scenario({
  title:
    'an answer says that it was truncated: it is asked for over TCP, and the caller gets the whole',
  claims: ['001.11', 'F26', 'S2'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: alsoOverTcp(
    connections([answer(1), truncate(), answerAll()]),
    connections([answerAll()]),
  ),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), pool({ truncated: 1, errors: 0 })],
  counter: against('naive-dns-udp', [outcome(2).answered('NODATA'), breaks('answers-belong')]),
});
