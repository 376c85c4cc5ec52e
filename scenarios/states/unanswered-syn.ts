import {
  answerAll,
  begin,
  call,
  connections,
  errors,
  everyRequest,
  fullBacklogUntil,
  kernelStates,
  listener,
  open,
  outcome,
  reset,
  scenario,
  settled,
  swapped,
  untilState,
} from 'pipewrench';

/** The kernel sends the SYN again after a second, so the dial is answered, and late. */
export default scenario({
  title: 'the accept queue is full: the client is in SYN_SENT until its SYN is sent again',
  claims: ['004.1', '004.6'],
  protocol: 'raw',
  client: 'raw',
  deadlineMs: 10_000,
  upstream: listener([fullBacklogUntil('up')], connections([answerAll()])),
  workload: [
    begin(call.connect()),
    untilState('client', 'SYN_SENT'),
    untilState('upstream', 'LISTEN'),
    open('up'),
    settled(),
    call.send('a'),
    call.recv(1),
  ],
  expect: [
    everyRequest('answered'),
    errors(),
    kernelStates('client', 1, ['SYN_SENT', 'ESTABLISHED']),
    kernelStates('upstream', 1, ['LISTEN', 'ESTABLISHED']),
  ],
  counter: swapped(listener([fullBacklogUntil('up')], connections([reset()])), [
    outcome(3).fails('ECONNRESET', 'EOF'),
  ]),
});
