import {
  call,
  close,
  connections,
  errors,
  inFrontOf,
  outcome,
  reset,
  scenario,
  serveUntil,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'a real Redis behind the script: its answer is cut after three bytes by a reset',
  claims: ['F6', 'F11'],
  protocol: 'redis',
  client: 'raw',
  upstream: inFrontOf('redis', connections([serveUntil({ bytesSent: 3 }), reset()])),
  workload: [call.connect(), call.send('*1\r\n$4\r\nPING\r\n'), call.recv(3), call.recv(9)],
  expect: [
    outcome(3).answered('+PO'),
    outcome(4).fails('ECONNRESET'),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: swapped(inFrontOf('redis', connections([serveUntil({ bytesSent: 3 }), close()])), [
    outcome(4).fails('EOF'),
  ]),
});
