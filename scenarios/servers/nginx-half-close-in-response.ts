import {
  call,
  connections,
  errors,
  halfClose,
  inFrontOf,
  outcome,
  reset,
  scenario,
  serveUntil,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'a real nginx behind the script: half-closed in the middle of the status line',
  claims: ['F21', 'F12'],
  protocol: 'http',
  client: 'raw',
  upstream: inFrontOf('nginx', connections([serveUntil({ bytesSent: 12 }), halfClose()])),
  workload: [
    call.connect(),
    call.send('GET / HTTP/1.1\r\nHost: upstream.test\r\n\r\n'),
    call.recv(12),
    call.recv(9),
    call.send('x'),
  ],
  expect: [
    outcome(3).answered('HTTP/1.1 200'),
    outcome(4).fails('EOF'),
    outcome(5).answered(),
    errors(['EOF']),
  ],
  counter: swapped(inFrontOf('nginx', connections([serveUntil({ bytesSent: 12 }), reset()])), [
    outcome(4).fails('ECONNRESET'),
  ]),
});
