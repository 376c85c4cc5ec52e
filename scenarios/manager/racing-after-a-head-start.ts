import {
  advance,
  against,
  answerAll,
  attempts,
  begin,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  request,
  scenario,
  settled,
  several,
  swallow,
} from 'pipewrench';

/** A hundred milliseconds pass on the virtual clock: no answer, so the next one is asked as well. */
export default scenario({
  title: 'the first upstream is silent for its head start: the second one is asked, and wins',
  claims: ['001.12'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  deadlineMs: 300,
  settings: { strategy: 'racing', headStartMs: 100 },
  upstream: several(connections([swallow(), answerAll()]), connections([answerAll()])),
  workload: [begin(request('a.example')), fired('swallow'), advance({ ms: 100 }), settled()],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(1, 2)],
  counter: against('naive-dns-pool', [breaks('every-request-settles'), connectionsOpened(1)]),
});
