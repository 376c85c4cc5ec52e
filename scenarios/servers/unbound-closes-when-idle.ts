import {
  against,
  answerAll,
  clientState,
  connections,
  connectionsOpened,
  errors,
  fired,
  inFrontOf,
  outcome,
  pool,
  request,
  scenario,
  serverCloses,
} from 'pipewrench';

/** Its tcp-idle-timeout is a second here, and it says nothing of it: the client's own limit is longer. */
export default scenario({
  title:
    'a real unbound closes a connection that was idle for a second: the next query opens another',
  claims: ['000.2', '000.4', 'F1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: inFrontOf('unbound', connections([serverCloses()], [answerAll()])),
  workload: [request('a'), fired('server-closes'), clientState('CLOSE_WAIT'), request('a')],
  expect: [
    outcome(1).answered('192.0.2.1'),
    outcome(2).answered('192.0.2.1'),
    errors(['EOF']),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
  ],
  counter: against('naive-dns-pool', [outcome(2).fails('EPIPE', 'EOF')]),
});
