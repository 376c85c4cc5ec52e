/** Calls are looked for one directly after the other, and how often a client asks too early is chance. */
import fc from 'fast-check';
import t from 'tap';
import { callsOf, haveCalls } from '../../../harness/expect/calls.ts';
import { calls } from '../../../harness/expect/expectation.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { closing, io, outside, type Said, sys, timeline, withGap } from '../../support/timeline.ts';

const texts = (events: readonly Said[]) => callsOf(outside(events), 1).map(({ text }) => text);

t.test('calls are named by what they are for', async (t) => {
  const events = [
    sys(1, 'connect', 'EINPROGRESS'),
    sys(1, 'getsockopt'),
    sys(1, 'sendto', 30),
    sys(2, 'write', 9),
    sys(1, 'recvfrom', 'EAGAIN'),
    sys(1, 'readv', 40),
    sys(1, 'read', 'EOF'),
    sys(1, 'writev', 'EPIPE'),
    sys(1, 'close'),
    closing,
    sys(1, 'read'),
  ];
  t.strictSame(texts(events), [
    ...['connect EINPROGRESS', 'write', 'read EAGAIN', 'read', 'read EOF', 'write EPIPE', 'close'],
  ]);
  const own = [io(1, 'connect'), io(1, 'send'), io(1, 'peek', 'EOF'), io(1, 'shutdown')];
  t.strictSame(
    callsOf(timeline(own), 1).map(({ text }) => text),
    ['connect', 'write', 'peek EOF', 'shutdown'],
  );
});

const call = fc.constantFrom(
  ...[sys(1, 'write', 30), sys(1, 'read', 40), sys(1, 'read', 'EOF'), sys(1, 'write', 'EPIPE')],
);
const life = fc.array(call, { minLength: 1, maxLength: 20 });
const notYet = fc.constantFrom('EAGAIN', 'EINTR', 'ERESTARTSYS');

t.test('every run of a life is found, whatever had to be made again in between', async () => {
  fc.assert(
    fc.property(
      life,
      fc.nat(19),
      fc.nat(19),
      fc.array(fc.tuple(fc.nat(20), notYet)),
      (all, start, length, inserted) => {
        const wanted = texts(all).slice(start, start + length + 1);
        const events: Said[] = [...all];
        for (const [at, error] of inserted) events.splice(at, 0, sys(1, 'read', error));
        return wanted.length === 0 || haveCalls(callsOf(outside(events), 1), wanted);
      },
    ),
  );
});

t.test('what was not made one after the other is not found', async () => {
  fc.assert(
    fc.property(life, life, (all, others) => {
      const [made, wanted] = [texts(all), texts(others)];
      const isThere = made.some((_, start) =>
        wanted.every((text, index) => made[start + index] === text),
      );
      return haveCalls(callsOf(outside(all), 1), wanted) === isThere;
    }),
  );
});

t.test('a call that has to be made again counts where it is named', async (t) => {
  const probed = [sys(1, 'read', 40), sys(1, 'read', 'EAGAIN'), sys(1, 'write', 30)];
  const waited = [sys(1, 'read', 40), sys(1, 'write', 30), sys(1, 'read', 'EAGAIN')];
  const looked = calls(1, 'read', 'read EAGAIN', 'write');
  t.equal(judge(looked, outside(probed)).verdict, 'pass');
  t.equal(judge(looked, outside(waited)).verdict, 'fail');
  t.equal(judge(calls(1, 'read', 'write'), outside(probed)).verdict, 'pass');
});

t.test('without strace the calls of a program are not known', async (t) => {
  const seen = outside([sys(1, 'write', 30), io(1, 'send', 'EPIPE')]);
  t.equal(judge(calls(1, 'write'), seen).verdict, 'pass');
  t.equal(judge(calls(1, 'write EPIPE'), seen).verdict, 'fail', 'what it says itself is no call');
  t.equal(judge(calls(1, 'write'), withGap(seen, 'syscalls')).verdict, 'unknown');
  t.equal(judge(calls(1, 'write'), withGap(seen, 'client')).verdict, 'pass');
});
