import { call, errors, outcome, scenario, serverErrors, swapped, underTest } from 'pipewrench';

/**
 * Document 004: "when does Gin close the connection before the response". Never by itself: a limit of
 * http.Server that is shorter than the handler does. Nothing of the answer is on the wire.
 */
export default scenario({
  title: 'Gin: a write timeout shorter than the handler closes the connection without a response',
  claims: ['004.6'],
  protocol: 'http',
  client: 'raw',
  upstream: underTest('go-gin-server', '-write-timeout=20ms'),
  workload: [
    call.connect(),
    call.send('GET /slow?ms=100 HTTP/1.1\r\nHost: upstream.test\r\nConnection: close\r\n\r\n'),
    call.recv(1),
  ],
  expect: [outcome(3).fails('EOF'), errors(['EOF']), serverErrors()],
  counter: swapped(underTest('go-gin-server', '-write-timeout=10s'), [outcome(3).answered('H')]),
});
