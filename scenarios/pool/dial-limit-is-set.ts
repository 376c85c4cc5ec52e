import {
  advance,
  against,
  answerAll,
  begin,
  breaks,
  connections,
  fullBacklogUntil,
  listener,
  open,
  outcome,
  request,
  said,
  scenario,
  settled,
} from 'pipewrench';

/** Ten seconds are the default: a client that keeps to it is still dialing. */
export default scenario({
  title: 'the dial timeout is set to one second: a SYN that nobody answers ends there',
  claims: ['001.3', 'F34'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  clock: 'virtual',
  deadlineMs: 300,
  settings: { dialMs: 1000 },
  upstream: listener([fullBacklogUntil('up')], connections([answerAll()])),
  workload: [
    begin(request('a.example')),
    said('dial'),
    advance({ ms: 1000 }),
    settled(),
    open('up'),
    request('b.example'),
  ],
  expect: [outcome(1).fails('TIMEOUT'), outcome(2).answered()],
  counter: against('naive-dns-pool', [breaks('every-request-settles')]),
});
