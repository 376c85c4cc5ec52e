import {
  call,
  errors,
  everyRequest,
  kernelStates,
  scenario,
  swapped,
  underTest,
  untilState,
} from 'pipewrench';

/** TCP_DEFER_ACCEPT of tcp(7), which nginx calls `deferred`: the server waits for data, not for the ACK. */
export default scenario({
  title: 'the client is connected, and the server is in SYN_RECV until the first bytes are there',
  claims: ['004.1'],
  protocol: 'http',
  client: 'raw',
  upstream: underTest('go-gin-server', '-defer-accept'),
  workload: [
    call.connect(),
    untilState('upstream', 'SYN_RECV', 'ESTABLISHED'),
    call.send('GET /fast HTTP/1.1\r\nHost: upstream.test\r\nConnection: close\r\n\r\n'),
    call.recv(1),
  ],
  expect: [
    everyRequest('answered'),
    errors(),
    kernelStates('client', 1, ['ESTABLISHED']),
    kernelStates('upstream', 1, ['SYN_RECV']),
  ],
  counter: swapped(underTest('go-gin-server'), [kernelStates('upstream', 1, ['ESTABLISHED'])]),
});
