import {
  answer,
  call,
  connections,
  fired,
  kernelStates,
  outcome,
  reset,
  scenario,
  swapped,
  vanish,
} from 'pipewrench';

/** A middlebox that swallows RST: the client takes a dead connection for a live one. */
export default scenario({
  title: 'the upstream resets and the RST is lost: the client is not told',
  claims: ['F22', '004.5'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([answer(1), vanish({ from: 'upstream', only: 'RST' }), reset()]),
  workload: [call.connect(), call.send('a'), call.recv(1), fired('reset'), call.send('b')],
  expect: [outcome(4).answered(), kernelStates('client', 1, ['ESTABLISHED'])],
  counter: swapped(connections([answer(1), reset()]), [outcome(4).fails('ECONNRESET', 'EPIPE')]),
});
