import {
  answer,
  answerAll,
  closeClient,
  connections,
  connectionsOpened,
  everyRequest,
  logged,
  pool,
  request,
  said,
  scenario,
  several,
  swapped,
  untilGate,
} from 'pipewrench';

export default scenario({
  title: 'a client of two upstreams is closed: the connections to both are gone',
  claims: ['001.9', '001.12', 'F32', 'W13'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'parallel' },
  upstream: several(connections([answerAll()]), connections([answerAll()])),
  workload: [request('a.example'), said('repool', 2), closeClient()],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    logged(/关闭所有连接到 127\.0\.0\.1:\d+ \(tcp\)/, { times: 2 }),
    pool({ active: 0, created: 2, destroyed: 2 }),
  ],
  counter: swapped(
    several(
      connections([answer(1), untilGate('never')], [answerAll()]),
      connections([answerAll()]),
      connections([answerAll()]),
    ),
    [connectionsOpened(3)],
  ),
});
