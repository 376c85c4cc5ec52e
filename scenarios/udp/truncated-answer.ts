import {
  against,
  answer,
  answerAll,
  attempts,
  breaks,
  connections,
  connectionsOpened,
  outcome,
  pool,
  request,
  scenario,
  truncate,
} from 'pipewrench';

/** The whole answer can be had over TCP (RFC 7766 section 5); what came is no answer. */
export default scenario({
  title: 'an answer says that it was truncated: the caller is told, and gets no part of it',
  claims: ['001.11', 'F26'],
  protocol: 'dns-udp',
  client: 'dns-udp',
  upstream: connections([answer(1), truncate(), answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    outcome(2).fails('TRUNCATED'),
    attempts(2, 1),
    outcome(3).answered(),
    connectionsOpened(1),
    pool({ timeouts: 0, dropped: 0 }),
  ],
  counter: against('naive-dns-udp', [outcome(2).answered('NODATA'), breaks('answers-belong')]),
});
