import fc from 'fast-check';
import t from 'tap';
import { connections, explainScript, healthy, stepsFor } from '../../fake-servers/script.ts';
import { answer, close, endsConnection, explain, isFault, reset } from '../../fake-servers/step.ts';
import { step, steps } from '../support/steps.ts';

const scripts = fc.array(steps, { minLength: 1, maxLength: 4 });

t.test('the nth connection gets the nth list, later ones the last', async () => {
  fc.assert(
    fc.property(scripts, fc.integer({ min: 1, max: 9 }), (lists, ordinal) => {
      const wanted = ordinal > lists.length ? lists.at(-1) : lists[ordinal - 1];
      return stepsFor(connections(...lists), ordinal) === wanted;
    }),
  );
});

t.test('steps after the end of a connection are refused, and nothing else is', async () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1 }), (lists) => {
      const impossible = lists.findIndex((list) => {
        const end = list.findIndex(endsConnection);
        return end !== -1 && end < list.length - 1;
      });
      try {
        connections(...lists);
        return impossible === -1;
      } catch (error) {
        return (
          error instanceof TypeError && error.message.includes(`of connection ${impossible + 1} `)
        );
      }
    }),
  );
});

t.test('the message names the step that cannot be played', async (t) => {
  t.throws(() => connections([answer(1)], [close(), reset()]), {
    name: 'TypeError',
    message: /"reset \(RST\)" of connection 2 can never be played/,
  });
  t.throws(() => connections(), { name: 'TypeError', message: /at least one connection/ });
});

t.test('a script is explained with a line for each connection', async (t) => {
  fc.assert(
    fc.property(scripts, (lists) => {
      const lines = explainScript(connections(...lists));
      return (
        lines.length === lists.length &&
        lines.every((line, i) => (lists[i] ?? []).every((made) => line.includes(explain(made))))
      );
    }),
  );
  t.strictSame(explainScript(connections([answer(1), close()], [], [answer(2)])), [
    `connection 1: answer 1 request, then ${explain(close())}`,
    'connection 2: do nothing',
    'connection 3 and later: answer 2 requests',
  ]);
  t.strictSame(explainScript(connections([answer(1)])), ['every connection: answer 1 request']);
});

t.test('a healthy upstream has no faults', async (t) => {
  const all = healthy().connections.flat();
  t.ok(all.length > 0);
  t.notOk(all.some(isFault));
});
