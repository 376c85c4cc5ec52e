import {
  answer,
  answerReversed,
  call,
  connections,
  errors,
  outcome,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'two requests are answered in reverse order',
  claims: ['F25'],
  protocol: 'dns-tcp',
  client: 'raw',
  upstream: connections([answerReversed(2)]),
  workload: [
    call.connect(),
    // Two queries, ids 1 and 2: `a A` and `b A`.
    call.send(
      '\0\x13\0\x01\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01\0\x13\0\x02\x01\0\0\x01\0\0\0\0\0\0\x01b\0\0\x01\0\x01',
    ),
    call.recv(4),
  ],
  expect: [outcome(3).answered('\0$\0\x02'), errors()],
  counter: swapped(connections([answer(2)]), [outcome(3).answered('\0$\0\x01')]),
});
