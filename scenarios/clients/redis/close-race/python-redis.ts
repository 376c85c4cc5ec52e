import {
  answerAll,
  attempts,
  begin,
  clientState,
  close,
  command,
  connections,
  connectionsOpened,
  everyRequest,
  halfClose,
  open,
  pauseClient,
  resumeClient,
  scenario,
  serveUntil,
  settled,
  swapped,
} from 'pipewrench';

export default scenario({
  title: 'redis-py: the upstream closes just before a command: a new connection',
  claims: ['F2', 'F31'],
  protocol: 'redis',
  client: 'python-redis',
  upstream: connections([serveUntil({ gate: 'idle' }), close()], [answerAll()]),
  workload: [
    command('GET', 'a'),
    pauseClient(),
    begin(command('GET', 'b')),
    open('idle'),
    clientState('CLOSE_WAIT'),
    resumeClient(),
    settled(),
  ],
  expect: [everyRequest('answered'), connectionsOpened(2), attempts(2, 1)],
  // The second one ends with FIN whether or not the command has come already.
  counter: swapped(
    connections([serveUntil({ gate: 'idle' }), close()], [halfClose()], [answerAll()]),
    [connectionsOpened(3)],
  ),
});
