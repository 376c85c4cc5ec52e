/** docs/answers.md is what its generator writes: in its form, whatever was measured. */
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { ExecutionResult, RunResult, ScenarioResult } from '../../harness/result.ts';
import { answersPage, type LoadFigures } from '../../reports/answers/page.ts';
import { questions } from '../../reports/answers/questions.ts';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/answers.md', root), 'utf8');
const load: LoadFigures = JSON.parse(
  readFileSync(new URL('docs/images/broken-pipes.json', root), 'utf8'),
);

const main: ExecutionResult = {
  name: 'main',
  client: 'raw',
  purpose: '',
  verdict: 'pass',
  judgements: [],
  receipts: [],
  terminations: [],
  errorSequences: [{ connection: 1, tokens: ['RST', 'EPIPE'] }],
  faultResponse: null,
  pcap: null,
  elapsedMs: 1,
  waitedMs: 0,
};

function runOf(verdict: ScenarioResult['verdict']): RunResult {
  const paths = new Set(questions.flatMap(({ scenarios }) => scenarios));
  return {
    scenarios: [...paths].map((path) => ({ path, verdict, executions: [main] })),
  } as unknown as RunResult;
}

/** What was measured, left out. */
const formOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^(#|```|npx |make |!|\| (scenario|connections)|\|---)/.test(line))
    .join('\n');

t.test('the page has the questions, tables and commands that the generator writes', async (t) => {
  t.equal(formOf(page), formOf(answersPage(runOf('pass'), load)));
});

t.test('each question is answered, and each scenario is there', async (t) => {
  t.notMatch(page, /Not answered|not seen|not run/);
  for (const { scenarios } of questions)
    for (const path of scenarios) t.ok(existsSync(new URL(`scenarios/${path}`, root)), path);
});

t.test('what a scenario has not shown is not answered', async (t) => {
  const answered = questions.filter(({ isMeasuredUnderLoad }) => !isMeasuredUnderLoad).length;
  const count = (text: string) => text.split('Not answered: ').length - 1;
  t.equal(count(answersPage(runOf('fail'), load)), answered);
  t.equal(count(answersPage(runOf('unknown'), undefined)), questions.length);
  t.equal(count(answersPage(runOf('pass'), load)), 0);
  t.match(answersPage(runOf('pass'), load), /the error sequence of the client was `RST, EPIPE`/);
});
