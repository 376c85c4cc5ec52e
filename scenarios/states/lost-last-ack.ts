import {
  answer,
  call,
  close,
  connections,
  errors,
  fired,
  kernelStates,
  scenario,
  swapped,
  untilState,
  vanish,
} from 'pipewrench';

/** Its FIN is sent again and again, and the kernel alone waits: the process has closed the descriptor. */
export default scenario({
  title: 'the FIN that answers a FIN is lost: LAST_ACK',
  claims: ['004.1'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([answer(1), vanish({ from: 'client', only: 'FIN' }), close()]),
  workload: [
    call.connect(),
    call.send('a'),
    call.recv(1),
    fired('close'),
    untilState('client', 'CLOSE_WAIT'),
    untilState('upstream', 'FIN_WAIT_2'),
    call.close(),
    untilState('client', 'LAST_ACK', 'CLOSED'),
  ],
  expect: [
    errors(),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK']),
    kernelStates('upstream', 1, ['ESTABLISHED', 'FIN_WAIT_2']),
  ],
  counter: swapped(connections([answer(1), close()]), [
    kernelStates('client', 1, ['CLOSE_WAIT', 'CLOSED']),
  ]),
});
