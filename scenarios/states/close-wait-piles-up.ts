import {
  against,
  answer,
  clientState,
  close,
  connections,
  connectionsIn,
  connectionsOpened,
  errors,
  everyRequest,
  open,
  request,
  scenario,
  together,
  untilGate,
  untilState,
} from 'pipewrench';

/** Whoever does not look at an idle connection never reads its EOF, and never closes it. */
export default scenario({
  title:
    'CLOSE_WAIT piles up: ten connections are closed by the upstream, and the client does not look',
  claims: ['004.3'],
  protocol: 'dns-tcp',
  client: 'naive-dns-pool',
  upstream: connections([answer(1), untilGate('leave'), close()]),
  workload: [
    together(...Array.from({ length: 10 }, (_, index) => request(`${index}.example`))),
    open('leave'),
    clientState('CLOSE_WAIT'),
    untilState('upstream', 'FIN_WAIT_2', 'TIME_WAIT'),
  ],
  expect: [
    everyRequest('answered'),
    errors(),
    connectionsOpened(10),
    connectionsIn('client', 'CLOSE_WAIT', 10),
    connectionsIn('upstream', 'FIN_WAIT_2', 10),
  ],
  counter: against('dns-pool', [connectionsIn('client', 'CLOSE_WAIT', 0)]),
});
