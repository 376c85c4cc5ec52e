import {
  against,
  answer,
  answerAll,
  attempts,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  open,
  outcome,
  pool,
  request,
  scenario,
  untilGate,
  update,
} from 'pipewrench';

/** Nobody has seen the update yet, so it may go elsewhere: that is no second try. */
export default scenario({
  title: 'an update meets a connection that has just been closed: it is sent once, on another',
  claims: ['000.2', 'F2', 'F9'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), untilGate('close'), close()], [answerAll()]),
  workload: [request('a.example'), open('close'), fired('close'), update('b.example', '192.0.2.1')],
  expect: [
    everyRequest('answered'),
    attempts(2, 1),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
