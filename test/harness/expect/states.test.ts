import fc from 'fast-check';
import t from 'tap';
import { tcpStates } from '../../../harness/event.ts';
import { connectionsIn } from '../../../harness/expect/expectation.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { closing, state, timeline, withGap } from '../../support/timeline.ts';

const anyState = fc.constantFrom(...tcpStates);
const anyVisits = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), anyState), { maxLength: 30 });

t.test(
  'the last state of each connection counts, on its side, until the client is closed',
  async () => {
    fc.assert(
      fc.property(anyVisits, anyVisits, anyState, (before, after, wanted) => {
        const events = [
          ...before.map(([connection, now]) => state(connection, 'client', now)),
          state(9, 'upstream', wanted),
          closing,
          ...after.map(([connection, now]) => state(connection, 'client', now)),
        ];
        const count = [...new Map(before).values()].filter((now) => now === wanted).length;
        const verdict = (n: number) =>
          judge(connectionsIn('client', wanted, n), timeline(events)).verdict;
        return verdict(count) === 'pass' && verdict(count + 1) === 'fail';
      }),
    );
  },
);

t.test('without the kernel’s word nothing is known', async (t) => {
  const blind = withGap(timeline([state(1, 'client', 'CLOSE_WAIT')]), 'sockets');
  t.equal(judge(connectionsIn('client', 'CLOSE_WAIT', 1), blind).verdict, 'unknown');
});
