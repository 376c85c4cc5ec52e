import {
  against,
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  errors,
  open,
  outcome,
  pool,
  request,
  scenario,
  stall,
  untilGate,
} from 'pipewrench';

/**
 * A probe that sets a deadline and then reads is told of a timeout when it comes to read too late, and
 * the kernel, which knows better, is never asked.
 */
export default scenario({
  title:
    'the client is held up in the middle of a checkout: a dead connection is found out all the same',
  claims: ['W4', '000.2', 'F1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('close'), close()], [answerAll()]),
  workload: [request('a.example'), open('close'), stall('probe', { ms: 5 }), request('b.example')],
  expect: [
    outcome(2).answered(),
    errors(['EOF']),
    attempts(2, 1),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
  ],
  counter: against('documented-dns-pool', [errors(['RST', 'EPIPE'])]),
});
