import {
  answer,
  answerAll,
  call,
  connections,
  errors,
  open,
  outcome,
  push,
  reset,
  scenario,
  swapped,
  untilGate,
} from 'pipewrench';

/** RESP3, in which a server may push; `PING` before and after. */
const hello = '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n';
const ping = '*1\r\n$4\r\nPING\r\n';

export default scenario({
  title: 'Redis pushes a message while the connection is idle: it stays healthy',
  claims: ['F18'],
  protocol: 'redis',
  client: 'raw',
  upstream: connections([answer(1), untilGate('push'), push(), answerAll()]),
  workload: [
    call.connect(),
    call.send(`${hello}${ping}`),
    call.recv(1000),
    open('push'),
    call.send(ping),
    call.recv(2),
  ],
  expect: [outcome(4).answered(), outcome(5).answered(), errors()],
  counter: swapped(connections([answer(1), untilGate('push'), reset()]), [
    outcome(4).fails('ECONNRESET', 'EPIPE'),
  ]),
});
