import {
  answerAll,
  call,
  close,
  connections,
  delay,
  errors,
  inFrontOf,
  outcome,
  scenario,
  serveUntil,
  swapped,
} from 'pipewrench';

/** The length, then a query for `a A` with id 1. */
const query = '\0\x13\0\x01\x01\0\0\x01\0\0\0\0\0\0\x01a\0\0\x01\0\x01';

export default scenario({
  title: 'a real unbound behind the script: its answer stalls after the first byte and goes on',
  claims: ['F11'],
  protocol: 'dns-tcp',
  client: 'raw',
  upstream: inFrontOf(
    'unbound',
    connections([serveUntil({ bytesSent: 1 }), delay(20), answerAll()]),
  ),
  workload: [call.connect(), call.send(query), call.recv(1), call.recv(1)],
  expect: [outcome(3).answered('\0'), outcome(4).answered(), errors()],
  counter: swapped(inFrontOf('unbound', connections([serveUntil({ bytesSent: 1 }), close()])), [
    outcome(4).fails('EOF'),
  ]),
});
