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
  together,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'all of three idle connections are closed before the next request',
  claims: ['000.4', 'F4'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections(
    [answer(1), untilGate('close'), close()],
    [answer(1), untilGate('close'), close()],
    [answer(1), untilGate('close'), close()],
    [answerAll()],
  ),
  workload: [
    together(request('a.example'), request('b.example'), request('c.example')),
    open('close'),
    fired('close', 3),
    request('d.example'),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(4),
    pool({ destroyed: 3, retries: 0 }),
    errors(['EOF'], ['EOF'], ['EOF']),
  ],
  counter: against('naive-dns-pool', [outcome(4).fails('EPIPE', 'ECONNRESET', 'EOF')]),
});
