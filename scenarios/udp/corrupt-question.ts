import {
  advance,
  against,
  answer,
  answerAll,
  attempts,
  begin,
  breaks,
  connections,
  connectionsOpened,
  corrupt,
  fired,
  outcome,
  request,
  scenario,
  settled,
} from 'pipewrench';

/**
 * Byte 13 is the first letter of the name in the question. What comes is then no answer to the query, and
 * a client that fails the query for it could be made to by anybody who guesses its port (RFC 5452).
 */
export default scenario({
  title: 'the question in the answer is corrupted: it is never delivered',
  claims: ['001.11', 'F26', 'W11'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: connections([answer(1), corrupt(13), answerAll()]),
  workload: [
    request('a.example'),
    begin(request('b.example')),
    fired('corrupt'),
    advance({ ms: 5000 }),
    settled(),
    request('c.example'),
  ],
  expect: [
    outcome(2).fails('TIMEOUT'),
    outcome(3).answered(),
    connectionsOpened(1),
    attempts(2, 1),
  ],
  counter: against('naive-dns-udp', [breaks('answers-belong')]),
});
