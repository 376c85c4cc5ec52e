import {
  answer,
  answerAll,
  clientState,
  close,
  closeNotify,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  outcome,
  request,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'a TLS upstream says close_notify and closes while idle: the next query goes elsewhere',
  claims: ['001.10', 'F1', 'F19', 'W9'],
  protocol: 'dns-tls',
  client: 'dns-pool',
  upstream: connections([answer(1), closeNotify(), close()], [answerAll()]),
  workload: [request('a.example'), clientState('CLOSE_WAIT'), request('b.example')],
  expect: [everyRequest('answered'), connectionsOpened(2), errors(['EOF'])],
  counter: swapped(connections([answer(1), reset()], [reset()]), [
    outcome(2).fails('ECONNRESET', 'EOF'),
  ]),
});
