import {
  answer,
  begin,
  close,
  closeClient,
  connections,
  connectionsOpened,
  errors,
  fired,
  outcome,
  pool,
  request,
  scenario,
  settled,
  swallow,
  swapped,
} from 'pipewrench';

/** The connection is lent when the pool closes, so it comes back to a pool that is closed. */
export default scenario({
  title: 'closed twice while a request is under way: the request fails, nothing is left',
  claims: ['F32', 'W13'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow()]),
  workload: [
    request('a.example'),
    begin(request('b.example')),
    fired('swallow'),
    closeClient(),
    closeClient(),
    settled(),
  ],
  expect: [
    outcome(1).answered(),
    outcome(2).fails('CLOSED'),
    connectionsOpened(1),
    pool({ active: 0, retries: 0 }),
    errors(),
  ],
  counter: swapped(connections([answer(1), close()], [swallow()]), [
    outcome(2).fails('CLOSED'),
    connectionsOpened(2),
  ]),
});
