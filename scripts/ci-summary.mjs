/**
 * usage: node scripts/ci-summary.mjs TAP-FILE RUN.JSON [FAILED-STAGE...]
 *
 * Prints what was run and what failed, and ends with `N passed, N failed`. Only what is known to have passed counts
 * as passed: an unknown or missing scenario, a missing summary, a test file without tests and a
 * stage that failed each count as failed. Skipped tests and TODOs count as neither.
 */
import { readFileSync } from 'node:fs';

/** Lines of what tap tells about a failed test, and failed tests that are shown so. */
const toldMax = 30;
const shownMax = 10;

/**
 * Each failed test by its path, and what tap tells about it, for a reader who has the end of the output alone.
 * A subtest is printed before the test that it belongs to, which fails with it and is named once only.
 */
function failures(tap) {
  const names = [];
  const failed = [];
  const failedWithin = new Set();
  const lines = tap.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, indent = '', opens, notOk] =
      /^( *)(?:# Subtest: (.*)|not ok \d+ - (.*?)(?: # time=.*)?)$/.exec(line) ?? [];
    const depth = indent.length / 4;
    if (opens !== undefined) {
      names.splice(depth, names.length, opens);
      failedWithin.delete(depth);
    } else if (notOk !== undefined) {
      if (!(names[depth] === notOk && failedWithin.has(depth)))
        failed.push({
          path: [...names.slice(0, depth), notOk],
          told: toldAfter(lines, index, indent),
        });
      for (let above = 0; above < depth; above++) failedWithin.add(above);
    }
  }
  return failed;
}

/** The block of YAML that follows a failed test. */
function toldAfter(lines, index, indent) {
  const start = `${indent}  ---`;
  if (lines[index + 1] !== start) return [];
  const end = lines.indexOf(`${indent}  ...`, index);
  return lines.slice(index + 2, end === -1 ? undefined : end).slice(0, toldMax);
}

/** The last unindented summary line is tap's own: those of the test files are indented. */
function countTests(tap) {
  const summary = tap.match(/^# \{ .*\}$/gm)?.at(-1);
  if (summary === undefined) {
    return {
      passed: 0,
      failed: 1,
      notes: ['tests: no summary, so they did not come to their end'],
    };
  }
  const count = (word) => Number(summary.match(new RegExp(`\\b${word}: (\\d+)`))?.[1] ?? 0);
  const empty = tap.match(/^ok \d+ - .* # SKIP no tests found/gm) ?? [];
  return {
    passed: count('pass'),
    failed: count('fail') + empty.length,
    notes: [
      `tests: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped, ${count('todo')} to do`,
      ...empty.map((line) => `tests: ${line}`),
      ...failures(tap)
        .slice(0, shownMax)
        .flatMap(({ path, told }) => [`failed test: ${path.join(' > ')}`, ...told]),
    ],
  };
}

function countScenarios(run) {
  const verdicts = run.scenarios.map((scenario) => scenario.verdict);
  const passed = verdicts.filter((verdict) => verdict === 'pass').length;
  const missing = Math.max(0, (run.planned ?? 0) - verdicts.length);
  const notes = [
    `scenarios: ${passed} of ${verdicts.length} passed, ${missing} not run`,
    ...run.scenarios
      .filter(({ verdict }) => verdict !== 'pass')
      .slice(0, shownMax)
      .map(({ path, verdict, reason }) => `${verdict}: ${path}: ${reason}`),
  ];
  if (verdicts.length === 0) notes.push('scenarios: none was run');
  return {
    passed,
    failed: verdicts.length - passed + missing + (verdicts.length === 0 ? 1 : 0),
    notes,
  };
}

/** The counts, or one failure that says why there are none. */
function countsOf(what, count) {
  try {
    return count();
  } catch (error) {
    return { passed: 0, failed: 1, notes: [`${what}: ${error.message}`] };
  }
}

function summarize(tapFile, runFile, failedStages) {
  const tests = countsOf('tests', () => countTests(readFileSync(tapFile, 'utf8')));
  const scenarios = countsOf('scenarios', () =>
    countScenarios(JSON.parse(readFileSync(runFile, 'utf8'))),
  );
  const notes = [...tests.notes, ...scenarios.notes];
  let failed = tests.failed + scenarios.failed;
  const passed = tests.passed + scenarios.passed;
  for (const stage of failedStages) notes.push(`stage failed: ${stage}`);
  // A stage whose failure no count shows.
  if (failed === 0) failed += failedStages.length;
  if (tests.passed + tests.failed === 0) {
    notes.push('tests: none was run');
    failed += 1;
  }
  return { passed, failed, notes };
}

const [tapFile, runFile, ...failedStages] = process.argv.slice(2);
const { passed, failed, notes } = summarize(tapFile, runFile, failedStages);
for (const note of notes) console.log(note);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
