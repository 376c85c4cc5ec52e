import {
  advance,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  logged,
  pool,
  request,
  reset,
  scenario,
  several,
  swapped,
  times,
} from 'pipewrench';

/** Three failures in a row: for a second the first one is not even tried. */
export default scenario({
  title: 'an upstream fails three times in a row: the next query goes to the other one at once',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  settings: { strategy: 'sequential', failuresMax: 3, downMs: 1000 },
  upstream: several(connections(...times(3, [reset()]), [answerAll()]), connections([answerAll()])),
  workload: [
    request('a.example'),
    request('b.example'),
    request('c.example'),
    request('d.example'),
    advance({ ms: 1000 }),
    request('e.example'),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(5),
    logged(/上游查询失败/, { times: 3 }),
    pool({ down: 0 }),
  ],
  counter: swapped(
    several(connections(...times(2, [reset()]), [answerAll()]), connections([answerAll()])),
    [everyRequest('answered'), connectionsOpened(4), logged(/上游查询失败/, { times: 2 })],
  ),
});
