import {
  answerAll,
  attempts,
  close,
  connections,
  everyRequest,
  logged,
  outcome,
  request,
  scenario,
  several,
  swallow,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'two upstreams asked at once close on the query: it fails with one error for both',
  claims: ['001.12', 'F10', 'W14'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'parallel' },
  upstream: several(
    connections([swallow(), close()], [answerAll()]),
    connections([swallow(), close()], [answerAll()]),
  ),
  workload: [request('a.example'), request('b.example')],
  expect: [
    outcome(1).fails('ALL_FAILED'),
    attempts(1, 2),
    logged(/\[queryParallel\] 所有服务器都失败/, { times: 1 }),
    outcome(2).answered(),
  ],
  counter: swapped(
    several(connections([swallow(), close()], [answerAll()]), connections([answerAll()])),
    [everyRequest('answered')],
  ),
});
