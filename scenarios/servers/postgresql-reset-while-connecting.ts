import {
  answerAll,
  call,
  connections,
  inFrontOf,
  outcome,
  reset,
  scenario,
  serveUntil,
  swapped,
} from 'pipewrench';

/** Version 3.0, user and database postgres. */
const startup = '\0\0\0)\0\x03\0\0user\0postgres\0database\0postgres\0\0';
const sslRequest = '\0\0\0\b\x04\xd2\x16/';

/** An SSLRequest; the server answers with one byte, N, and waits for the startup message. */
export default scenario({
  title: 'a real PostgreSQL behind the script: reset before the startup message is through',
  claims: ['F2', 'F9'],
  protocol: 'postgres',
  client: 'raw',
  upstream: inFrontOf('postgresql', connections([serveUntil({ bytesSent: 1 }), reset()])),
  workload: [call.connect(), call.send(sslRequest), call.recv(1), call.send(startup), call.recv(1)],
  expect: [outcome(3).answered('N'), outcome(5).fails('ECONNRESET', 'EOF')],
  counter: swapped(inFrontOf('postgresql', connections([answerAll()])), [outcome(5).answered('R')]),
});
