/** A scenario that waits for two minutes, unless its run is stopped. */
export const endlessScenario = `
import { call, close, connections, errors, outcome, scenario, swapped, untilIdle } from 'pipewrench';
export default scenario({
  title: 'a scenario that takes its time',
  claims: ['F1'],
  protocol: 'raw',
  client: 'raw',
  deadlineMs: 120000,
  upstream: connections([untilIdle({ ms: 120000 }), close()]),
  workload: [call.connect(), call.recv(1)],
  expect: [errors(['EOF'])],
  counter: swapped(connections([close()]), [outcome(2).fails('EOF')]),
});
`;
