import {
  advance,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  everyRequest,
  request,
  reset,
  scenario,
  several,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'the first upstream answers within its head start: the second one is not asked',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  settings: { strategy: 'racing', headStartMs: 100 },
  upstream: several(connections([answerAll()]), connections([answerAll()])),
  workload: [request('a.example'), advance({ ms: 1000 })],
  expect: [everyRequest('answered'), connectionsOpened(1), attempts(1, 1)],
  counter: swapped(several(connections([reset()]), connections([answerAll()])), [
    everyRequest('answered'),
    connectionsOpened(2),
  ]),
});
