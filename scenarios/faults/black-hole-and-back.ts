import {
  answer,
  answerAll,
  call,
  comeBack,
  connections,
  errors,
  fired,
  open,
  outcome,
  reset,
  scenario,
  serveUntil,
  swapped,
  untilGate,
  vanish,
} from 'pipewrench';

/** The kernel sends again what was lost: nobody notices more than a delay. */
export default scenario({
  title: 'packets are lost for a while and delivered again',
  claims: ['F23'],
  protocol: 'raw',
  client: 'raw',
  upstream: connections([answer(1), vanish(), untilGate('back'), comeBack(), answerAll()]),
  workload: [
    call.connect(),
    call.send('a'),
    call.recv(1),
    fired('vanish'),
    call.send('b'),
    open('back'),
    call.recv(1),
  ],
  expect: [outcome(5).answered(), errors()],
  counter: swapped(
    connections([
      answer(1),
      vanish(),
      untilGate('back'),
      comeBack(),
      serveUntil({ request: 2 }),
      reset(),
    ]),
    [outcome(5).fails('ECONNRESET')],
  ),
});
