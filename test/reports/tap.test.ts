import fc from 'fast-check';
import t from 'tap';
import { Parser } from 'tap-parser';
import { parse } from 'yaml';
import { tap } from '../../reports/tap.ts';
import { run } from './arbitrary.ts';
import { friendlyRun, hostileRun, interruptedRun, scenarios, sourceOf } from './fixture.ts';

type Found = readonly unknown[];

/** What a strict reader of the protocol makes of a report: every event of every level. */
function read(report: string) {
  const events: Found[] = Parser.parse(report, { strict: true });
  const points = events.filter(([name]) => name === 'assert').map(([, result]) => result);
  const garbage = events.flat(Number.POSITIVE_INFINITY).includes('extra');
  const completed = events.find(([name]) => name === 'complete')?.[1];
  return { points, garbage, completed } as {
    points: {
      ok: boolean;
      name: string;
      todo: string | boolean;
      skip: string | boolean;
      diag?: { verdict?: string; repeat?: string };
    }[];
    garbage: boolean;
    completed: { ok: boolean; count: number; bailout: boolean | string; failures: unknown[] };
  };
}

t.test('one point for each scenario', async (t) => {
  const { points, garbage, completed } = read(tap(sourceOf(friendlyRun)));
  t.notOk(garbage);
  t.strictSame(
    points.map(({ ok, name }) => [ok, name]),
    friendlyRun.scenarios.map(({ verdict, title }) => [verdict === 'pass', title]),
  );
  t.equal(completed.count, 4);
  t.notOk(completed.ok);
  t.equal(points[3]?.diag?.verdict, 'unknown');
  t.equal(points[2]?.diag?.repeat, scenarios.fail.repeat);
});

t.test('a passing run passes, though its counter execution failed as foretold', async (t) => {
  const { completed } = read(
    tap(sourceOf({ ...friendlyRun, planned: 2, scenarios: [scenarios.pass, scenarios.raw] })),
  );
  t.ok(completed.ok);
});

t.test('version, plan, subtests and diagnostics', async (t) => {
  const lines = tap(sourceOf(friendlyRun)).split('\n');
  t.strictSame(lines.slice(0, 3), ['TAP version 14', '1..4', `# Subtest: ${scenarios.pass.title}`]);
  const isFailing = (line: string) =>
    line === '        not ok 4 - retries-are-bounded: a request is retried at most once';
  const failing = lines.findIndex(isFailing);
  t.not(failing, -1);
  const block = lines.slice(failing + 2, lines.indexOf('          ...', failing));
  t.match(parse(block.join('\n')), { verdict: 'fail', actual: '2 retries of request 1' });
  const foretold =
    'not ok 1 - every-request-answered: every request is answered # TODO foretold for this client';
  t.ok(lines.includes(`        ${foretold}`));
});

t.test('bails out when interrupted', async (t) => {
  const { completed } = read(tap(sourceOf(interruptedRun)));
  t.equal(completed.bailout, 'interrupted after 4 of 9 scenarios');
});

t.test('an empty run is no pass', async (t) => {
  const empty = tap(sourceOf({ ...friendlyRun, planned: 0, scenarios: [] }));
  t.notOk(read(empty).garbage);
  t.notOk(read(empty).completed.ok);
});

t.test('what was skipped is a point that says why', async (t) => {
  const skipped = [{ path: 'a.ts', title: 'with a server', reason: 'unbound is not installed' }];
  const { points, completed } = read(
    tap(sourceOf({ ...friendlyRun, planned: 1, scenarios: [scenarios.pass], skipped })),
  );
  t.ok(completed.ok);
  t.match(points[1], { name: 'with a server', skip: 'unbound is not installed' });
});

t.test('no text can add, drop or change a point', async (t) => {
  fc.assert(
    fc.property(run, (any) => {
      const { points, garbage, completed } = read(tap(sourceOf({ ...any, interrupted: false })));
      const judged = any.scenarios.map(({ verdict }) => verdict === 'pass');
      t.strictSame(
        points.map(({ ok }) => ok),
        [...judged, ...any.skipped.map(() => true)],
      );
      t.strictSame(
        points.map(({ skip }) => Boolean(skip)),
        [...judged.map(() => false), ...any.skipped.map(() => true)],
      );
      t.notOk(points.some(({ todo }) => todo));
      t.notOk(garbage);
      t.equal(completed.bailout, judged.length === 0 ? 'no scenario was run' : false);
    }),
    { numRuns: 60 },
  );
});

t.test('every line is one that the protocol knows', async (t) => {
  const known =
    /^ *(TAP version 14|1\.\.\d+( # SKIP .*)?|(not )?ok \d+ - .*|# .*|---|\.\.\.|[a-z]+: .*|Bail out! .*)$/;
  for (const line of tap(sourceOf(hostileRun)).trimEnd().split('\n')) t.match(line, known);
});
