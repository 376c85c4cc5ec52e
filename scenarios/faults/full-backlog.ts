import {
  advance,
  answerAll,
  begin,
  connections,
  fullBacklogUntil,
  listener,
  open,
  outcome,
  refuseUntil,
  request,
  said,
  scenario,
  settled,
  swapped,
} from 'pipewrench';

/** A SYN that is not answered is sent again after a second; the dial gives up long before. */
export default scenario({
  title: 'the accept queue is full and a SYN is not answered: the dial times out',
  claims: ['F34', '001.3', '004.6'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  upstream: listener([fullBacklogUntil('up')], connections([answerAll()])),
  workload: [
    begin(request('a.example')),
    said('dial'),
    advance({ ms: 10_000 }),
    settled(),
    open('up'),
    request('b.example'),
  ],
  expect: [outcome(1).fails('TIMEOUT'), outcome(2).answered()],
  counter: swapped(listener([refuseUntil('up')], connections([answerAll()])), [
    outcome(1).fails('ECONNREFUSED'),
  ]),
});
