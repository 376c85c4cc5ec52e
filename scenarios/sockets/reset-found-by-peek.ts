import {
  call,
  clientState,
  close,
  connections,
  errors,
  outcome,
  read,
  reset,
  scenario,
  swapped,
} from 'pipewrench';

/** Weakness 1 of the documents' probe: it tests for EOF alone, and the peek has eaten the reset. */
export default scenario({
  title: 'a peek consumes the reset: ECONNRESET once, then EOF',
  claims: ['F3'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([read(1), reset()]),
  workload: [
    call.connect(),
    call.send('a'),
    clientState('CLOSE_WAIT'),
    call.peek(),
    call.peek(),
    call.recv(1),
  ],
  expect: [
    errors(['RST', 'ECONNRESET', 'EOF', 'EOF']),
    outcome(3).fails('ECONNRESET'),
    outcome(4).fails('EOF'),
  ],
  counter: swapped(connections([read(1), close()]), [errors(['EOF', 'EOF', 'EOF'])]),
});
