import {
  against,
  answer,
  answerAll,
  clientState,
  close,
  connections,
  delay,
  errors,
  fired,
  halfClose,
  kernelStates,
  open,
  outcome,
  packets,
  scenario,
  serveUntil,
  statement,
  untilGate,
} from 'pipewrench';

/**
 * Frames 222 to 224 of the document, and what answers them. The bare ACK of the FIN may take 200
 * ms, so the server waits before it lets go of the connection: half-closed first, as the kernel
 * does it within a close.
 */
export default scenario({
  title: 'on the wire: FIN, its ACK, a query into CLOSE_WAIT, and the RST that answers it',
  claims: ['002.7'],
  protocol: 'mysql',
  client: 'go-mysql-1.3.0',
  upstream: connections(
    [
      serveUntil({ matching: 'SELECT 1' }),
      answer(1),
      untilGate('wait_timeout'),
      halfClose(),
      delay(300),
      close(),
    ],
    [answerAll()],
  ),
  workload: [
    statement('SELECT 1'),
    open('wait_timeout'),
    fired('close'),
    clientState('CLOSE_WAIT'),
    statement('SELECT 2'),
  ],
  expect: [
    packets(1, [
      'client S seq 0',
      'upstream S. seq 0 ack 1',
      'client . seq 1 ack 1',
      'upstream F. seq 238 ack 110',
      'client . seq 110 ack 239',
      'client P. seq 110 ack 239 length 13',
      'upstream R seq 239',
    ]),
    kernelStates('client', 1, ['ESTABLISHED', 'CLOSE_WAIT', 'CLOSED']),
    kernelStates('upstream', 1, ['ESTABLISHED', 'FIN_WAIT_2', 'CLOSED']),
    errors(['RST', 'EOF', 'EPIPE']),
    outcome(2).answered('2'),
  ],
  counter: against('go-mysql-1.10.1', [
    packets(1, ['upstream F.', 'client P. length 5', 'upstream R']),
    errors(['EOF', 'RST']),
  ]),
});
