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

/**
 * RFC 9293 figure 12. Loopback delivers too fast for two FINs to cross, so the first one is lost: the
 * client closes without having heard of it.
 */
export default scenario({
  title: 'both sides close before they hear of the other’s close: FIN_WAIT_1, then CLOSING',
  claims: ['004.1'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([answer(1), vanish({ from: 'upstream', only: 'FIN' }), close()]),
  workload: [
    call.connect(),
    call.send('a'),
    call.recv(1),
    fired('close'),
    untilState('upstream', 'FIN_WAIT_1', 'FIN_WAIT_2'),
    call.close(),
    untilState('upstream', 'CLOSING', 'TIME_WAIT'),
  ],
  expect: [
    errors(),
    kernelStates('upstream', 1, ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSING']),
    kernelStates('client', 1, ['ESTABLISHED', 'FIN_WAIT_2']),
  ],
  counter: swapped(connections([answer(1), close()]), [
    kernelStates('upstream', 1, ['ESTABLISHED', 'TIME_WAIT']),
  ]),
});
