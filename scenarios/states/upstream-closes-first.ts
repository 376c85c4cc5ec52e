import {
  answer,
  call,
  close,
  connections,
  connectionsIn,
  errors,
  everyRequest,
  kernelStates,
  open,
  reset,
  scenario,
  swapped,
  untilGate,
  untilState,
} from 'pipewrench';

/** Document 004, four-way close: who closes last goes through CLOSE_WAIT, who closed first ends in TIME_WAIT. */
export default scenario({
  title: 'the upstream closes first: the client is in CLOSE_WAIT until it closes too',
  claims: ['004.1', '004.3'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([answer(1), untilGate('leave'), close()]),
  workload: [
    call.connect(),
    call.send('a'),
    call.recv(1),
    open('leave'),
    untilState('client', 'CLOSE_WAIT', 'CLOSED'),
    untilState('upstream', 'FIN_WAIT_2', 'CLOSED'),
    call.close(),
    untilState('upstream', 'TIME_WAIT', 'CLOSED'),
  ],
  expect: [
    everyRequest('answered'),
    errors(),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT', 'CLOSED']),
    kernelStates('upstream', 1, ['ESTABLISHED', 'FIN_WAIT_2', 'TIME_WAIT']),
    connectionsIn('client', 'CLOSE_WAIT', 0),
  ],
  counter: swapped(connections([answer(1), untilGate('leave'), reset()]), [errors(['RST'])]),
});
