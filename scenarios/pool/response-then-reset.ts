import {
  against,
  answer,
  answerAll,
  clientState,
  connections,
  connectionsOpened,
  errors,
  everyRequest,
  fired,
  outcome,
  pool,
  request,
  reset,
  scenario,
} from 'pipewrench';

/**
 * Response and RST are both in the client's kernel before its event loop turns. libuv then reads the
 * response, sees the hang-up beside it, and reports an end of file without asking the kernel again:
 * the same RST that is ECONNRESET a moment later.
 */
export default scenario({
  title: 'a complete response is followed at once by a reset',
  claims: ['000.1', 'F13', 'W1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  upstream: connections([answer(1), reset()], [answerAll()]),
  workload: [request('a.example'), fired('reset'), clientState('CLOSED'), request('b.example')],
  expect: [
    everyRequest('answered'),
    connectionsOpened(2),
    pool({ destroyed: 1, retries: 0 }),
    errors(['RST', 'EOF']),
  ],
  counter: against('naive-dns-pool', [
    outcome(1).answered(),
    outcome(2).fails('ECONNRESET', 'EPIPE'),
  ]),
});
