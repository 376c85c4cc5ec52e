/** What a client did, as it is set beside others: the same figures that are judged, or nothing. */
import fc from 'fast-check';
import t from 'tap';
import type { Receipt, Recorder } from '../../../harness/event.ts';
import { conductOf } from '../../../harness/expect/conduct.ts';
import { attempts, executed } from '../../../harness/expect/expectation.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { checkReceipts } from '../../../harness/expect/receipts.ts';
import type { Timeline } from '../../../harness/timeline.ts';
import {
  acknowledged,
  answered,
  asked,
  closing,
  firedStep,
  log,
  outside,
  packet,
  executed as ran,
  received,
  recorders,
  type Said,
  syn,
  sys,
  timeline,
  withGap,
} from '../../support/timeline.ts';

const conduct = (seen: Timeline) => conductOf(seen, checkReceipts(seen));
const sql = (number: number) => asked(number, { kind: 'statement', sql: `SELECT ${number}` });
const key = (number: number) => `SELECT ${number}`;
const fin: Receipt = { segment: 'FIN', relativeSeq: 46, length: 0 };

/** Written on after the FIN, as an old driver does. */
const writes: Said[] = [
  syn(1),
  sql(1),
  sys(1, 'write', 30),
  received(1, key(1)),
  ran(1, key(1)),
  sys(1, 'read', 45),
  acknowledged(1, 46, 2),
  answered(1),
  packet(1, 'upstream', ['FIN', 'ACK'], { seq: 46, ack: 31, frame: 3 }),
  firedStep(1, 'close', fin),
  sql(2),
  sys(1, 'write', 30),
  sys(1, 'read', 'EAGAIN'),
  sys(1, 'read', 'EOF'),
  sys(1, 'write', 'EPIPE'),
  sys(1, 'close'),
  log('unexpected EOF'),
  closing,
  sys(1, 'write', 5),
];

t.test('calls are told from the fault on, and without those that were made again', async (t) => {
  t.strictSame(conduct(outside(writes, ['log'])), {
    sent: [1, 0],
    executed: [1, 0],
    log: ['unexpected EOF'],
    calls: [{ connection: 1, calls: ['write', 'read EOF', 'write EPIPE', 'close'] }],
  });
});

t.test('a read that waited for the fault is told, and a write before it is not', async (t) => {
  const fault = writes.findIndex((said) => said.source === 'upstream' && said.type === 'fired');
  const waiting = { ...sys(1, 'read', 'EOF'), tookUs: 1_000_000 };
  const before = { ...sys(1, 'write', 30), tookUs: 1_000_000 };
  const events = [...writes.slice(0, fault - 1), before, waiting, ...writes.slice(fault - 1)];
  t.strictSame(conduct(outside(events)).calls?.[0]?.calls.slice(0, 2), ['read EOF', 'write']);
});

t.test('the figures are those that are judged', async () => {
  const request = fc.integer({ min: 1, max: 4 });
  const happening = fc.oneof(
    request.map((number) => received(1, key(number))),
    request.map((number) => ran(1, key(number))),
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 20 }), (happened) => {
      const seen = timeline([sql(1), sql(2), sql(3), ...happened]);
      const { sent, executed: done } = conduct(seen);
      return [1, 2, 3].every(
        (number) =>
          judge(attempts(number, sent?.[number - 1] ?? -1), seen).verdict === 'pass' &&
          judge(executed(number, done?.[number - 1] ?? -1), seen).verdict === 'pass',
      );
    }),
  );
});

t.test('what a recorder missed is not known', async (t) => {
  const needed: Record<string, readonly Recorder[]> = {
    sent: ['upstream'],
    executed: ['upstream'],
    log: ['client'],
    calls: ['wire', 'syscalls'],
  };
  for (const recorder of recorders) {
    const seen = Object.entries(conduct(withGap(outside(writes, ['log']), recorder)));
    for (const [name, value] of seen) {
      t.equal(value === null, needed[name]?.includes(recorder), `${name} without ${recorder}`);
    }
  }
  const forwarded = conduct({ ...outside(writes, ['log']), isForwarded: true });
  t.match(forwarded, { sent: null, executed: null, log: ['unexpected EOF'] });
  t.equal(conduct(outside(writes)).log, null, 'a log that it does not publish');
  const raw = conduct(timeline([syn(1), asked(1, { kind: 'peek' })]));
  t.match(raw, { sent: null, executed: null }, 'a system call is no request');
});
