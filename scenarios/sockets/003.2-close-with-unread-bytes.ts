import {
  call,
  clientState,
  close,
  connections,
  errors,
  kernelStates,
  outcome,
  read,
  scenario,
  swapped,
} from 'pipewrench';

/** Document 003, second program: three bytes are sent, the server reads two of them and closes. */
export default scenario({
  title: 'the peer closes with unread bytes, the client reads first',
  claims: ['003.2', '004.5', 'W17'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([read(2), close()]),
  workload: [
    call.connect(),
    call.send('abc'),
    clientState('CLOSE_WAIT'),
    call.recv(1),
    call.recv(1),
    call.send('d'),
  ],
  expect: [
    errors(['RST', 'ECONNRESET', 'EOF', 'EPIPE']),
    outcome(3).fails('ECONNRESET'),
    outcome(4).fails('EOF'),
    outcome(5).fails('EPIPE'),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSED']),
  ],
  counter: swapped(connections([read(3), close()]), [
    errors(['EOF', 'EOF', 'RST']),
    outcome(5).answered(),
  ]),
});
