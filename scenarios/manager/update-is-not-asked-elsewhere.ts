import {
  answer,
  answerAll,
  attempts,
  close,
  connections,
  everyRequest,
  listener,
  outcome,
  refuseUntil,
  request,
  scenario,
  several,
  swallow,
  swapped,
  update,
} from 'pipewrench';

/** The first upstream may have executed it before it closed. */
export default scenario({
  title: 'the first upstream closes after it has read an update: the second one is not asked',
  claims: ['001.12', 'F7', 'W14'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  settings: { strategy: 'parallel' },
  upstream: several(
    connections([answer(1), swallow(), close()], [answerAll()]),
    connections([answerAll()]),
  ),
  workload: [request('a.example'), update('b.example', '192.0.2.1'), request('c.example')],
  expect: [outcome(2).fails('EOF'), attempts(2, 1), outcome(3).answered()],
  counter: swapped(
    several(
      listener([refuseUntil('never')], connections([answerAll()])),
      connections([answerAll()]),
    ),
    [everyRequest('answered')],
  ),
});
