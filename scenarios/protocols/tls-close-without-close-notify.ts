import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  outcome,
  request,
  scenario,
  swallow,
  swapped,
} from 'pipewrench';

/** RFC 8446 section 6.1: without close_notify the end of TCP is not the end of the data. */
export default scenario({
  title: 'a TLS upstream reads a query and closes without close_notify: the query fails with EOF',
  claims: ['001.10'],
  protocol: 'dns-tls',
  client: 'dns-tls',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [outcome(2).fails('EOF'), outcome(3).answered(), connectionsOpened(2), errors(['EOF'])],
  counter: swapped(connections([answerAll()]), [outcome(2).answered()]),
});
