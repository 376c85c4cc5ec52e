import {
  against,
  answer,
  answerAll,
  breaks,
  connections,
  connectionsOpened,
  everyRequest,
  fired,
  open,
  pool,
  request,
  reset,
  scenario,
  times,
  together,
  untilGate,
} from 'pipewrench';

/** Ten connections are dead and forty callers there: whoever needs a slot again must not lose it. */
export default scenario({
  title:
    'a full pool finds all of its connections reset under a burst: nobody is left without a slot',
  claims: ['001.5', 'F5', 'W1', 'W7'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  deadlineMs: 300,
  upstream: connections(...times(10, [answer(1), untilGate('reset'), reset()]), [answerAll()]),
  workload: [
    together(...names('a', 10).map((name) => request(name))),
    open('reset'),
    fired('reset', 10),
    together(...names('b', 40).map((name) => request(name))),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(20),
    pool({ active: 10, created: 20, destroyed: 10, retries: 0 }),
  ],
  counter: against('documented-dns-pool', [breaks('every-request-settles')]),
});

function names(burst: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${burst}${index + 1}.example`);
}
