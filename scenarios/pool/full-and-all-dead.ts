import {
  against,
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  open,
  outcome,
  pool,
  requestTogether,
  scenario,
  times,
  untilGate,
} from 'pipewrench';

/** The dead must give their slots back before the new ones can take them. */
export default scenario({
  title: 'the pool is full and every connection dead: as many requests at once are all answered',
  claims: ['000.4', 'F4', 'F5'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { maxConnections: 3 },
  upstream: connections(...times(3, [answer(1), untilGate('close'), close()]), [answerAll()]),
  workload: [
    requestTogether('a.example', 'b.example', 'c.example'),
    open('close'),
    fired('close', 3),
    requestTogether('d.example', 'e.example', 'f.example'),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(6),
    pool({ active: 3, created: 6, destroyed: 3, retries: 0 }),
    errors(['EOF'], ['EOF'], ['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(4).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
