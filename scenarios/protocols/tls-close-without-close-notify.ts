import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  pool,
  request,
  scenario,
  swallow,
  swapped,
} from 'pipewrench';

/** RFC 8446 section 6.1: without close_notify the end of TCP is not the end of the data. */
export default scenario({
  title: 'a TLS upstream reads a query and closes without close_notify: the query is asked again',
  claims: ['001.10', 'F8', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ retries: 1, destroyed: 1 }),
    errors(['EOF']),
  ],
  counter: swapped(connections([answerAll()]), [connectionsOpened(1), pool({ retries: 0 })]),
});
