import {
  answerAll,
  closeClient,
  connections,
  connectionsOpened,
  everyRequest,
  listener,
  outcome,
  pool,
  refuseUntil,
  request,
  scenario,
  swapped,
  together,
} from 'pipewrench';

export default scenario({
  title: 'a pool over UDP is closed twice: the second time nothing happens',
  claims: ['001.9', '001.11', 'F32', 'W13'],
  protocol: 'dns-udp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [together(request('a.example'), request('b.example')), closeClient(), closeClient()],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ active: 0, idle: 0, created: 2, destroyed: 2 }),
  ],
  counter: swapped(listener([refuseUntil('never')], connections([answerAll()])), [
    outcome(1).fails('ECONNREFUSED'),
  ]),
});
