import {
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  listener,
  pool,
  refuseUntil,
  request,
  scenario,
  several,
  swapped,
  together,
} from 'pipewrench';

/** One port is enough for a connection to each upstream: their addresses tell them apart. */
export default scenario({
  title: 'there is no local port for a second connection: the first of two upstreams is not blamed',
  claims: ['001.13'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { failuresMax: 1 },
  localPorts: 1,
  upstream: several(connections([answerAll()]), connections([answerAll()])),
  workload: [together(request('a.example'), request('b.example')), request('c.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ down: 0, failures: 0, created: 2, errors: 1, retries: 0 }),
  ],
  counter: swapped(
    several(listener([refuseUntil('up')], connections([answerAll()])), connections([answerAll()])),
    [pool({ down: 1 })],
  ),
});
