import {
  answer,
  call,
  comeBack,
  connections,
  errors,
  fired,
  halfClose,
  kernelStates,
  open,
  scenario,
  swapped,
  untilGate,
  untilState,
  vanish,
} from 'pipewrench';

/**
 * RFC 9293 figure 12. Loopback delivers too fast for two FINs to cross, so the first one is lost: the
 * client closes without having heard of it. Sent again it arrives, and CLOSING ends in TIME_WAIT.
 */
export default scenario({
  title: 'both sides close before they hear of the other’s close: FIN_WAIT_1, then CLOSING',
  claims: ['004.1'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([
    answer(1),
    vanish({ from: 'upstream', only: 'FIN' }),
    halfClose(),
    untilGate('back'),
    comeBack(),
  ]),
  workload: [
    call.connect(),
    call.send('a'),
    call.recv(1),
    fired('half-close'),
    untilState('upstream', 'FIN_WAIT_1', 'FIN_WAIT_2'),
    call.close(),
    untilState('upstream', 'CLOSING', 'TIME_WAIT'),
    open('back'),
    untilState('upstream', 'TIME_WAIT'),
  ],
  expect: [
    errors(),
    kernelStates('upstream', 1, ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSING', 'TIME_WAIT']),
    kernelStates('client', 1, ['ESTABLISHED', 'FIN_WAIT_2', 'TIME_WAIT']),
  ],
  counter: swapped(connections([answer(1), halfClose(), untilGate('back')]), [
    kernelStates('upstream', 1, ['ESTABLISHED', 'TIME_WAIT']),
    kernelStates('client', 1, ['CLOSE_WAIT', 'CLOSED']),
  ]),
});
