import {
  call,
  clientState,
  close,
  connections,
  errors,
  kernelStates,
  outcome,
  read,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

/** Document 003, first program: the server reads one byte and closes; the client goes on writing. */
export default scenario({
  title: 'the peer reads everything and closes, the client goes on writing',
  claims: ['003.1', '004.1', '004.5'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([read(1), close()]),
  workload: [
    call.connect(),
    call.send('a'),
    clientState('CLOSE_WAIT'),
    call.send('b'),
    clientState('CLOSED'),
    call.send('c'),
    call.recv(1),
  ],
  expect: [
    errors(['RST', 'EPIPE', 'EOF']),
    outcome(3).answered(),
    outcome(4).fails('EPIPE'),
    outcome(5).fails('EOF'),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT', 'CLOSED']),
  ],
  counter: swapped(connections([read(1), reset()]), [
    errors(['RST', 'ECONNRESET', 'EPIPE', 'EOF']),
  ]),
});
