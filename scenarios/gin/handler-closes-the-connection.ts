import { call, errors, outcome, scenario, serverErrors, swapped, underTest } from 'pipewrench';

/** Document 004: "when does Gin close the connection before the response". When a handler takes it over (Hijack). */
export default scenario({
  title: 'Gin: a handler takes the connection over and closes it, and nothing is answered',
  claims: ['004.6'],
  protocol: 'http',
  client: 'raw',
  upstream: underTest('go-gin-server', '-early-close'),
  workload: [
    call.connect(),
    call.send('GET /fast HTTP/1.1\r\nHost: upstream.test\r\nConnection: close\r\n\r\n'),
    call.recv(1),
  ],
  expect: [outcome(3).fails('EOF'), errors(['EOF']), serverErrors()],
  counter: swapped(underTest('go-gin-server'), [outcome(3).answered('H')]),
});
