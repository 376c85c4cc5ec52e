import {
  answer,
  call,
  clientState,
  close,
  connections,
  errors,
  farewell,
  open,
  outcome,
  reset,
  scenario,
  swapped,
  untilGate,
} from 'pipewrench';

const get = 'GET /a HTTP/1.1\r\nHost: upstream.test\r\n\r\n';

/** What waits to be read is no answer to anything: RFC 9110 section 15.5.9. */
export default scenario({
  title: 'an HTTP server says 408 while the connection is idle, and closes it',
  claims: ['F16', 'F27'],
  protocol: 'http',
  client: 'raw',
  upstream: connections([answer(1), untilGate('408'), farewell(), close()]),
  workload: [
    call.connect(),
    call.send(get),
    call.recv(1000),
    open('408'),
    clientState('CLOSE_WAIT'),
    call.peek(),
  ],
  expect: [outcome(4).answered('data'), errors()],
  counter: swapped(connections([answer(1), untilGate('408'), reset()]), [
    outcome(4).fails('ECONNRESET'),
  ]),
});
