import {
  call,
  clientState,
  close,
  connections,
  errors,
  outcome,
  read,
  scenario,
  swapped,
} from 'pipewrench';

/** Document 003, the commented part of the second program: the first write sees the reset as well. */
export default scenario({
  title: 'the peer closes with unread bytes, the client writes first',
  claims: ['003.2'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([read(2), close()]),
  workload: [
    call.connect(),
    call.send('abc'),
    clientState('CLOSE_WAIT'),
    call.send('de'),
    call.send('f'),
    call.recv(1),
  ],
  expect: [
    errors(['RST', 'ECONNRESET', 'EPIPE', 'EOF']),
    outcome(3).fails('ECONNRESET'),
    outcome(4).fails('EPIPE'),
    outcome(5).fails('EOF'),
  ],
  counter: swapped(connections([read(3), close()]), [outcome(3).answered()]),
});
