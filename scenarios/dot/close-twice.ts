import {
  answerAll,
  close,
  closeClient,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  pool,
  request,
  scenario,
  swallow,
  swapped,
  together,
} from 'pipewrench';

export default scenario({
  title: 'a pool over TLS is closed twice: the second time nothing happens',
  claims: ['001.9', '001.10', 'F32', 'W13'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [together(request('a.example'), request('b.example')), closeClient(), closeClient()],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ active: 0, idle: 0, created: 2, destroyed: 2 }),
    errors(),
  ],
  counter: swapped(connections([swallow(), close()], [answerAll()]), [
    outcome(2).answered(),
    errors(['EOF']),
  ]),
});
