import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  outcome,
  request,
  reset,
  scenario,
  times,
} from 'pipewrench';

export default scenario({
  title: 'the first two connections are reset as soon as they are accepted, the third serves',
  claims: ['F10', 'F33'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections(...times(2, [reset()]), [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [outcome(3).answered(), connectionsOpened(3)],
  counter: against('naive-dns-pool', [outcome(3).fails('ECONNRESET', 'EOF', 'EPIPE')]),
});
