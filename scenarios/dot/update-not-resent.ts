import {
  answer,
  answerAll,
  close,
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
  update,
} from 'pipewrench';

export default scenario({
  title: 'a TLS upstream closes after it has read an update: it is not sent again',
  claims: ['001.10', 'F7'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), swallow(), close()], [answerAll()]),
  workload: [request('a.example'), update('b.example', '192.0.2.1'), request('c.example')],
  expect: [
    outcome(2).fails('EOF'),
    outcome(3).answered(),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['EOF']),
  ],
  counter: swapped(connections([answer(2), swallow(), close()], [answerAll()]), [
    everyRequest('answered'),
    pool({ retries: 1 }),
  ]),
});
