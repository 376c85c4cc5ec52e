import {
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

/** The handshake is what makes the first exchange dear: nobody else pays for it again. */
export default scenario({
  title: 'five queries, one after the other: one connection carries all of them',
  claims: ['000.3', '001.4', '001.6'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answerAll()]),
  workload: [
    request('a.example'),
    request('b.example'),
    request('c.example'),
    request('d.example'),
    request('e.example'),
  ],
  expect: [
    everyRequest('answered'),
    connectionsOpened(1),
    pool({ created: 1, destroyed: 0, errors: 0, idle: 1, queries: 5 }),
    errors(),
  ],
  counter: against('dns-per-query', [everyRequest('answered'), connectionsOpened(5)]),
});
