import fc from 'fast-check';
import t from 'tap';
import { allowed } from '../../reports/junit/xml.ts';
import { junit } from '../../reports/junit.ts';
import { run } from './arbitrary.ts';
import { friendlyRun, hostileRun, interruptedRun, scenarios, sourceOf } from './fixture.ts';
import { readJunit } from './junit/read.ts';

t.test('a suite for each folder, a case for each scenario', async (t) => {
  const suites = readJunit(junit(sourceOf(friendlyRun)));
  t.strictSame(
    suites.map(({ name, tests, failures, errors, skipped }) => ({
      name,
      tests,
      failures,
      errors,
      skipped,
    })),
    [
      { name: 'dns', tests: 3, failures: 1, errors: 1, skipped: 0 },
      { name: 'sockets', tests: 1, failures: 0, errors: 0, skipped: 0 },
    ],
  );
  t.match(suites[0]?.cases[0], {
    name: scenarios.pass.title,
    classname: 'dns.idle-connection-closed',
    result: undefined,
  });
  t.equal(suites[0]?.properties[`claims ${scenarios.pass.path}`], scenarios.pass.claims.join(' '));
  t.equal(suites[0]?.properties.kernel, friendlyRun.machine.kernel);
});

t.test('a failure says what was expected, what came, where, and what to do next', async (t) => {
  const cases = readJunit(junit(sourceOf(friendlyRun))).flatMap((suite) => suite.cases);
  const failed = cases.find(({ name }) => name === scenarios.fail.title);
  t.match(failed?.result, { kind: 'failure', message: scenarios.fail.reason });
  const judgement = scenarios.fail.executions
    .flatMap(({ judgements }) => judgements)
    .find(({ verdict }) => verdict === 'fail');
  for (const label of ['expected', 'actual', 'where', 'next'] as const) {
    t.match(failed?.result?.text, `${label}: ${judgement?.[label]}`);
  }
  t.match(failed?.result?.text, `repeat: ${scenarios.fail.repeat}`);
  const unknown = cases.find(({ name }) => name === scenarios.unknown.title);
  t.match(unknown?.result, { kind: 'error', message: scenarios.unknown.reason });
});

t.test('a run that was cut short, and one of nothing, have an error of their own', async (t) => {
  const lastOf = (suites: ReturnType<typeof readJunit>) => suites.at(-1)?.cases[0]?.result;
  t.match(lastOf(readJunit(junit(sourceOf(interruptedRun)))), {
    kind: 'error',
    text: 'interrupted after 4 of 9 scenarios',
  });
  const nothing = { ...friendlyRun, planned: 0, scenarios: [] };
  t.match(lastOf(readJunit(junit(sourceOf(nothing)))), {
    kind: 'error',
    text: 'no scenario was run',
  });
});

/** As XML reads an attribute: `printable` has left no other white space than spaces. */
const named = (title: string) => (title.trim() === '' ? '(no title)' : allowed(title));

t.test('any run is valid, and everything is read back as it was written', async (t) => {
  fc.assert(
    fc.property(run, (any) => {
      const cases = readJunit(junit(sourceOf(any))).flatMap((suite) => {
        const count = (kind: string) =>
          suite.cases.filter(({ result }) => result?.kind === kind).length;
        t.equal(suite.tests, suite.cases.length);
        t.equal(suite.failures, count('failure'));
        t.equal(suite.errors, count('error'));
        t.equal(suite.skipped, count('skipped'));
        return suite.cases;
      });
      const kinds = { pass: undefined, fail: 'failure', unknown: 'error' } as const;
      const expected = [
        ...any.scenarios.map(({ title, verdict, reason }) => [
          named(title),
          kinds[verdict],
          verdict === 'pass' ? undefined : allowed(reason),
        ]),
        ...any.skipped.map(({ title }) => [named(title), 'skipped', '']),
      ];
      const ours = cases.filter(({ classname }) => classname !== 'pipewrench');
      const read = ours.map(({ name, result }) => [name, result?.kind, result?.message]);
      const inOrder = (rows: unknown[][]) => rows.map((row) => JSON.stringify(row)).sort();
      t.strictSame(inOrder(read), inOrder(expected));
    }),
    { numRuns: 60 },
  );
});

t.test('the schema refuses what no reader would take', async (t) => {
  const whole = junit(sourceOf(hostileRun));
  t.doesNotThrow(() => readJunit(whole));
  t.throws(() => readJunit(whole.replace('<testcase ', '<testcase line="3" ')), /line/);
  t.throws(() => readJunit(whole.replace(/ name="[^"]*"/, '')), /name/);
  t.throws(() => readJunit(whole.replace('</testsuites>', '')));
});
