import {
  advance,
  against,
  answerAll,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  request,
  scenario,
} from 'pipewrench';

/** Who finds the connection first takes it off the list, so it is either lent or closed. */
export default scenario({
  title: 'the sweep closes an idle connection in the tick in which the next request is made',
  claims: ['001.2', 'F28'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  settings: { maxConnections: 1 },
  upstream: connections([answerAll()]),
  workload: [request('a.example'), advance({ ms: 300_000 }), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ active: 1, destroyed: 1, errors: 0, retries: 0 }),
    errors(),
  ],
  counter: against('naive-dns-pool', [everyRequest('answered'), connectionsOpened(1)]),
});
