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
  request,
  scenario,
  times,
  together,
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
    together(request('a.example'), request('b.example'), request('c.example')),
    open('close'),
    fired('close', 3),
    together(request('d.example'), request('e.example'), request('f.example')),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(6),
    pool({ active: 3, created: 6, destroyed: 3, retries: 0 }),
    errors(['EOF'], ['EOF'], ['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(4).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
