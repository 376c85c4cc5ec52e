import {
  answer,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  everyRequest,
  request,
  reset,
  scenario,
  several,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'two upstreams are well: all queries go to the first one, and none to the second',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'sequential' },
  upstream: several(connections([answerAll()]), connections([answerAll()])),
  workload: [request('a.example'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), attempts(1, 1), attempts(2, 1)],
  counter: swapped(
    several(connections([answer(1), swallow(), reset()], [reset()]), connections([answerAll()])),
    [everyRequest('answered'), connectionsOpened(3), attempts(2, 2)],
  ),
});
