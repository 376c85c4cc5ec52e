import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { errors } from '../../harness/expect/expectation.ts';
import { against, NotAScenario, parseScenario, swapped } from '../../harness/scenario.ts';
import { request } from '../../harness/workload.ts';
import { scenario } from '../../index.ts';
import { someScenario } from '../support/evidence.ts';

const input = {
  title: 't',
  claims: ['000.2'],
  protocol: 'raw',
  client: 'raw',
  upstream: { connections: [[]] },
  workload: [request('a.example')],
  expect: [errors()],
  counter: against('naive', [errors()]),
};

t.test('what is usually left out is filled in', async (t) => {
  t.match(scenario(input), { clock: 'real', deadlineMs: 2000 });
  t.match(scenario({ ...input, clock: 'virtual', deadlineMs: 5 }), {
    clock: 'virtual',
    deadlineMs: 5,
  });
});

t.test('a scenario goes through JSON and stays the same', async (t) => {
  for (const whole of [
    someScenario(),
    scenario({ ...input, counter: swapped({ connections: [[]] }, [errors(['EOF'])]) }),
  ]) {
    t.ok(isDeepStrictEqual(parseScenario(JSON.parse(JSON.stringify(whole))), whole));
  }
});

t.test('whatever is missing or empty is named', async (t) => {
  for (const field of Object.keys(input)) {
    const { [field as keyof typeof input]: _, ...rest } = input;
    t.throws(() => parseScenario(rest), { name: 'NotAScenario', message: new RegExp(field) });
  }
  const empty = { title: '', claims: [], workload: [], expect: [], protocol: '', client: '' };
  for (const [field, value] of Object.entries(empty)) {
    t.throws(() => parseScenario({ ...input, [field]: value }), {
      name: 'NotAScenario',
      message: new RegExp(field),
    });
  }
  for (const value of [undefined, null, 1, 'x', []]) {
    t.throws(() => parseScenario(value), NotAScenario);
  }
});

t.test('a wrong step is named by its place', async (t) => {
  const workload = [request('a'), { kind: 'fired', step: 'close', times: 0 }];
  t.throws(() => parseScenario({ ...input, workload }), { message: /workload\[1\]\.times/ });
});
