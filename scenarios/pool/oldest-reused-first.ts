import {
  answer,
  answerAll,
  attempts,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  request,
  reset,
  scenario,
  swallow,
  swapped,
  times,
  together,
} from 'pipewrench';

/** Each connection takes two requests and no third: whoever came back last must not be lent first. */
export default scenario({
  title: 'two connections are idle: the one used longest ago is lent, then the other',
  claims: ['001.5'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(2)], [answer(2)]),
  workload: [
    together(request('a.example'), request('b.example')),
    request('c.example'),
    request('d.example'),
  ],
  expect: [everyRequest('answered'), connectionsOpened(2), errors()],
  counter: swapped(connections(...times(2, [answer(1), swallow(), reset()]), [answerAll()]), [
    everyRequest('answered'),
    attempts(3, 2),
    attempts(4, 2),
    connectionsOpened(4),
  ]),
});
