/** What is expected of a server under test: its own calls, its own log. */
import fc from 'fast-check';
import t from 'tap';
import type { SyscallEvent, Unstamped } from '../../../harness/event.ts';
import { errors, serverErrors, serverLogs } from '../../../harness/expect/expectation.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { closing, packet, rst, type Said, sys, timeline, withGap } from '../../support/timeline.ts';

const served = (connection: number, call: string, outcome: number | string = 1) =>
  ({ ...sys(connection, call, outcome), side: 'upstream' }) as Unstamped<SyscallEvent>;
const clientRst = (connection: number) => packet(connection, 'client', ['RST']);
const said = (text: string): Said => ({ source: 'upstream', type: 'log', text });
const verdictOf = (expectation: Parameters<typeof judge>[0], events: Said[]) =>
  judge(expectation, timeline(events)).verdict;

const callerLeft = [
  served(1, 'read', 40),
  served(1, 'read', 'EOF'),
  served(1, 'write', 7),
  clientRst(1),
  served(1, 'write', 'EPIPE'),
];

t.test('an error sequence is of one end: the other end adds nothing to it', async (t) => {
  const others = fc.constantFrom<Said>(sys(1, 'write', 'EPIPE'), sys(1, 'read', 'EOF'), rst(1));
  fc.assert(
    fc.property(fc.array(others), fc.nat(callerLeft.length), (theirs, at) => {
      const mixed = [...callerLeft.slice(0, at), ...theirs, ...callerLeft.slice(at)];
      return verdictOf(serverErrors(['EOF', 'RST', 'EPIPE']), mixed) === 'pass';
    }),
  );
  t.equal(verdictOf(errors(), callerLeft), 'pass', 'and the client has met none of it');
});

t.test('what is missing, added or in another order fails', async (t) => {
  for (const sequence of [
    ['EOF', 'EPIPE'],
    ['RST', 'EOF', 'EPIPE'],
    ['EOF', 'RST', 'EPIPE', 'EOF'],
    [],
  ])
    t.equal(verdictOf(serverErrors(sequence), callerLeft), 'fail', sequence.join());
});

t.test('what comes after the client is asked to close is not judged', async (t) => {
  const events = [served(1, 'read', 40), closing, ...callerLeft];
  t.equal(verdictOf(serverErrors(), events), 'pass');
});

t.test('a server of which nothing was seen has not passed', async (t) => {
  t.equal(verdictOf(serverErrors(), [sys(1, 'read', 40)]), 'fail');
  const blind = withGap(timeline(callerLeft), 'syscalls');
  t.equal(judge(serverErrors(['EOF', 'RST', 'EPIPE']), blind).verdict, 'unknown');
});

t.test('lines of its log are counted, and of one that broke down nothing is', async (t) => {
  const events = [said('write: broken pipe'), said('other'), said('write: broken pipe')];
  t.equal(verdictOf(serverLogs(/broken pipe/, { times: 2 }), events), 'pass');
  t.equal(verdictOf(serverLogs(/broken pipe/, { times: 1 }), events), 'fail');
  const failed: Said = { source: 'upstream', type: 'failed', reason: 'it exited' };
  t.equal(verdictOf(serverLogs(/broken pipe/, { times: 2 }), [...events, failed]), 'fail');
});
