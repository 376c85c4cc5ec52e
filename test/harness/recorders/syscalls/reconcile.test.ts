import t from 'tap';
import type { RecordedEvent, Side, SyscallEvent, WireEvent } from '../../../../harness/event.ts';
import { reconcile, unknownEnd } from '../../../../harness/recorders/syscalls/reconcile.ts';
import { packet, stamped } from '../../../support/timeline.ts';

const call = (tuple: string, atUs: number, tookUs = 10): SyscallEvent => ({
  source: 'syscalls',
  type: 'call',
  call: 'connect',
  tuple,
  atUs,
  tookUs,
  pid: 1,
});
const wire = (
  tuple: string,
  atUs: number,
  flag: 'SYN' | 'RST' | 'FIN' = 'SYN',
  from: Side = 'client',
): WireEvent => {
  const [event] = stamped([packet(1, from, [flag])]);
  if (event?.source !== 'wire') throw new Error('no packet');
  return { ...event, tuple, atUs };
};
const tuplesOf = (events: readonly RecordedEvent[]) =>
  events.flatMap((event) => (event.source === 'syscalls' ? [event.tuple] : []));
const upstream = '127.0.0.1:5300';
const [first, second] = [40_001, 40_002].map((port) => `127.0.0.1:${port}->${upstream}`) as [
  string,
  string,
];
const unknown = (inode: string) => `${unknownEnd(inode)}->${upstream}`;

t.test('a connection that is refused is the one whose SYN left during its call', async (t) => {
  const calls = [call(unknown('7'), 110), call(unknown('7'), 150), call(unknown('8'), 210)];
  const packets = [wire(first, 105), wire(first, 106, 'RST'), wire(second, 205)];
  t.strictSame(tuplesOf(reconcile(calls, packets)), [first, first, second]);
});

t.test('no packet is taken that belongs to another call, or to no call', async (t) => {
  const known = call(first, 100);
  t.strictSame(tuplesOf(reconcile([known, call(unknown('7'), 104)], [wire(first, 103)])), [
    first,
    unknown('7'),
  ]);
  t.strictSame(tuplesOf(reconcile([call(unknown('7'), 30_000)], [wire(first, 103)])), [
    unknown('7'),
  ]);
  t.strictSame(tuplesOf(reconcile([call(unknown('7'), 104)], [])), [unknown('7')]);
});

t.test('a socket that is bound to every address is found by its port', async (t) => {
  const calls = [call(`0.0.0.0:40002->${upstream}`, 900), call(`0.0.0.0:40003->${upstream}`, 901)];
  t.strictSame(tuplesOf(reconcile(calls, [wire(first, 1), wire(second, 2)])), [
    second,
    `0.0.0.0:40003->${upstream}`,
  ]);
});

t.test('a call tells of a packet after it, however strace timed it', async (t) => {
  const told = (error: string, packets: readonly WireEvent[], side?: Side) => {
    const event = { ...call(first, 100), error, ...(side && { side }) };
    return reconcile([event], packets)[0]?.atUs;
  };
  t.equal(told('EOF', [wire(first, 130, 'FIN', 'upstream')]), 130);
  t.equal(told('ECONNREFUSED', [wire(first, 130, 'RST', 'upstream')]), 130);
  t.equal(
    told('EPIPE', [wire(first, 90, 'RST', 'upstream'), wire(first, 130, 'RST', 'upstream')]),
    100,
  );
  t.equal(told('ECONNRESET', [wire(first, 130, 'FIN', 'upstream')]), 100, 'a FIN resets nothing');
  t.equal(told('EOF', [wire(first, 130, 'FIN')]), 100, 'its own FIN');
  t.equal(told('EOF', [wire(first, 130, 'FIN')], 'upstream'), 130, 'of a server');
  t.equal(told('EOF', [wire(first, 900_000, 'FIN', 'upstream')]), 100, 'far later');
  t.equal(told('ETIMEDOUT', [wire(first, 130, 'RST', 'upstream')]), 100);
});

t.test('everything else stays as it is', async (t) => {
  const events = [call(first, 1)];
  t.strictSame(reconcile(events, [wire(second, 1)]), events);
});
