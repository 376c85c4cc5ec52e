import {
  answerAll,
  close,
  connections,
  connectionsOpened,
  delay,
  errors,
  everyRequest,
  outcome,
  request,
  scenario,
  serveUntil,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'the answer stops in the middle and goes on later: it is put together',
  claims: ['F11'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([serveUntil({ bytesSent: 20 }), delay(20), answerAll()]),
  workload: [request('a.example'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(1), errors()],
  counter: swapped(connections([serveUntil({ bytesSent: 20 }), close()]), [
    outcome(1).fails('EOF'),
  ]),
});
