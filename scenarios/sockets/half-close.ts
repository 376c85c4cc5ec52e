import {
  call,
  clientState,
  connections,
  errors,
  halfClose,
  kernelStates,
  outcome,
  read,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'the peer half-closes: reads say EOF, every write succeeds',
  claims: ['004.1', 'F21'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([read(1), halfClose()]),
  workload: [
    call.connect(),
    call.send('a'),
    clientState('CLOSE_WAIT'),
    call.recv(1),
    call.send('b'),
    call.send('c'),
    call.recv(1),
  ],
  expect: [
    errors(['EOF', 'EOF']),
    outcome(4).answered(),
    outcome(5).answered(),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT']),
    kernelStates('upstream', 1, ['ESTABLISHED', 'FIN_WAIT_2']),
  ],
  counter: swapped(connections([read(1), reset()]), [
    errors(['RST', 'ECONNRESET', 'EPIPE', 'EPIPE', 'EOF']),
  ]),
});
