import {
  against,
  answerAll,
  connections,
  connectionsOpened,
  everyRequest,
  kernelStates,
  request,
  scenario,
} from 'pipewrench';

/** That is what uses up ports: the kernel keeps each for a minute, and a pool has no need of another. */
export default scenario({
  title: 'a client opens a connection for each query: each leaves its port in TIME_WAIT',
  claims: ['001.1', 'W15'],
  protocol: 'dns-tcp',
  client: 'dns-per-query',
  upstream: connections([answerAll()]),
  workload: [request('a.example'), request('b.example'), request('c.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(3),
    kernelStates('client', 1, ['TIME_WAIT']),
  ],
  counter: against('dns-pool', [everyRequest('answered'), connectionsOpened(1)]),
});
