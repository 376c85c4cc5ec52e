import {
  against,
  answer,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  reset,
  scenario,
  swallow,
  together,
} from 'pipewrench';

export default scenario({
  title:
    'the only connection dies during an exchange while another query waits: the retry has the slot',
  claims: ['000.5', 'F5'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 1, maxInFlight: 1 },
  upstream: connections([answer(1), swallow(), reset()], [answerAll()]),
  workload: [request('a.example'), together(request('b.example'), request('c.example'))],
  expect: [
    everyRequest('answered'),
    attempts(2, 2),
    attempts(3, 1),
    connectionsOpened(2),
    pool({ active: 1, destroyed: 1, errors: 1, retries: 1 }),
    errors(['RST', 'ECONNRESET']),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('ECONNRESET', 'EOF')]),
});
