import {
  against,
  answer,
  answerAll,
  connections,
  connectionsOpened,
  corrupt,
  outcome,
  pool,
  request,
  scenario,
} from 'pipewrench';

/** Byte 14 is the length of the first label of the question. */
export default scenario({
  title: 'a byte of the answer is corrupted: it is never delivered',
  claims: ['F26', 'W11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), corrupt(14), answerAll()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    outcome(2).fails('PROTOCOL'),
    outcome(3).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1 }),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('PROTOCOL'), connectionsOpened(1)]),
});
