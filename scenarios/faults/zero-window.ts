import {
  answerAll,
  call,
  connections,
  errors,
  fired,
  open,
  outcome,
  reset,
  resumeReading,
  scenario,
  stopReading,
  swapped,
  untilGate,
} from 'pipewrench';

/** The upstream reads nothing: what the client sends fills the receive buffer. */
export default scenario({
  title: 'the upstream stops reading until its window is zero, and reads on',
  claims: ['F35'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([stopReading(), untilGate('read'), resumeReading(), answerAll()]),
  workload: [
    call.connect(),
    call.send('x'.repeat(60_000)),
    fired('stop-reading'),
    open('read'),
    fired('resume-reading'),
    call.send('y'),
    call.recv(1),
  ],
  expect: [outcome(2).answered(), outcome(4).answered(), errors()],
  counter: swapped(connections([stopReading(), untilGate('read'), resumeReading(), reset()]), [
    outcome(3).fails('ECONNRESET'),
  ]),
});
