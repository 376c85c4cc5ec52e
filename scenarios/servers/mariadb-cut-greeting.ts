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

/** The client of a database has said nothing yet: it may try again. */
export default scenario({
  title: 'a real MariaDB behind the script: its greeting is cut after four bytes',
  claims: ['F10', 'F11'],
  protocol: 'mysql',
  client: 'raw',
  upstream: inFrontOf('mariadb', connections([serveUntil({ bytesSent: 4 }), close()])),
  workload: [call.connect(), call.recv(4), call.recv(9)],
  expect: [outcome(2).answered(), outcome(3).fails('EOF'), errors(['EOF'])],
  counter: swapped(inFrontOf('mariadb', connections([serveUntil({ bytesSent: 4 }), reset()])), [
    outcome(3).fails('ECONNRESET'),
  ]),
});
