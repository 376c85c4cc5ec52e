import {
  answer,
  call,
  close,
  connections,
  everyRequest,
  open,
  packets,
  reset,
  scenario,
  swapped,
  untilGate,
  untilState,
} from 'pipewrench';

/**
 * Three segments open a connection and four close it, as document 004 shows them: a SYN and a FIN take a
 * sequence number of their own, so each is acknowledged by one more (RFC 9293 sections 3.4 and 3.5).
 */
export default scenario({
  title: 'the flags and numbers of a handshake and of a close, in the notation of tcpdump',
  claims: ['004.2', '004.7'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([answer(1), untilGate('last'), close()]),
  workload: [
    call.connect(),
    call.send('abc'),
    call.recv(3),
    call.close(),
    // The acknowledgement of the FIN has come then.
    untilState('client', 'FIN_WAIT_2'),
    open('last'),
    untilState('client', 'TIME_WAIT', 'CLOSED'),
  ],
  expect: [
    everyRequest('answered'),
    packets(1, [
      'client S seq 0',
      'upstream S. seq 0 ack 1',
      'client . seq 1 ack 1',
      'client P. seq 1 ack 1 length 3',
      'upstream P. seq 1 ack 4 length 3',
      'client F. seq 4 ack 4',
      'upstream . seq 4 ack 5',
      'upstream F. seq 4 ack 5',
      'client . seq 5 ack 5',
    ]),
  ],
  counter: swapped(connections([answer(1), untilGate('last'), reset()]), [
    packets(1, ['client F. seq 4 ack 4', 'upstream R. seq 4']),
  ]),
});
