import {
  answer,
  answerAll,
  close,
  connections,
  connectionsOpened,
  outcome,
  request,
  scenario,
  sendResponse,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'a TLS upstream closes in the middle of a record: nothing of it is delivered',
  claims: ['001.10', 'F11'],
  protocol: 'dns-tls',
  client: 'dns-tls',
  upstream: connections([answer(1), sendResponse(9), close()], [answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [outcome(2).fails('EOF', 'ECONNRESET'), outcome(3).answered(), connectionsOpened(2)],
  counter: swapped(connections([answerAll()]), [outcome(2).answered()]),
});
