/** docs/answers.md, made from a stored run and from what `make pipes` has measured. Pure. */
import type { ExecutionResult, RunResult, ScenarioResult } from '../../harness/result.ts';
import { mainExecution } from '../words.ts';
import { type Question, questions } from './questions.ts';

/** As `make pipes` writes it. */
export interface LoadFigures {
  secondsEach: number;
  /** Requests a second that the server can do. */
  capacity: number;
  patienceMs: number;
  levels: readonly {
    connections: number;
    answered: number;
    gaveUp: number;
    brokenPipes: number;
    medianMs?: number | undefined;
  }[];
}

export function answersPage(run: RunResult, load: LoadFigures | undefined): string {
  return [
    '# Answers',
    '',
    'The questions that come up with "broken pipe", each answered by scenarios. `make answers` runs them',
    'and writes this page from what they have shown; `make pipes` measures the one about load.',
    '',
    '![The states of TCP and the transitions that these scenarios have visited](images/tcp-states.svg)',
    '',
    ...questions.flatMap((question) => section(question, run, load)),
  ].join('\n');
}

function section(question: Question, run: RunResult, load: LoadFigures | undefined): string[] {
  const body = question.isMeasuredUnderLoad ? underLoad(load) : fromScenarios(question, run);
  return [`## ${question.question}`, '', ...body, ''];
}

function fromScenarios({ scenarios, answer }: Question, run: RunResult): string[] {
  const found = scenarios.map((path) => ({
    path,
    result: run.scenarios.find((other) => other.path === path),
  }));
  const unshown = found.filter(({ result }) => result?.verdict !== 'pass');
  // An answer without its evidence would be an opinion.
  const text =
    unshown.length > 0
      ? `Not answered: ${unshown.map(({ path, result }) => `${path} ${result ? `is ${result.verdict}` : 'was not run'}`).join(', ')}.`
      : answer
          .replace('{client}', sequencesOf(found, clientSequence))
          .replace('{server}', sequencesOf(found, serverSequence));
  return [
    text,
    '',
    '| scenario | at the client | at the server | ended by |',
    '|---|---|---|---|',
    ...found.map(({ path, result }) => row(path, result)),
    '',
    '```bash',
    ...found.map(({ path }) => `npx pipewrench run ${path.replace(/\.ts$/, '')}`),
    '```',
  ];
}

function sequencesOf(
  found: readonly { result: ScenarioResult | undefined }[],
  sequence: (main: ExecutionResult) => string | undefined,
): string {
  const all = found.flatMap(({ result }) => {
    const main = result && mainExecution(result);
    return (main && sequence(main)) ?? [];
  });
  return [...new Set(all)].map((text) => `\`${text}\``).join(' and ') || 'not seen';
}

function clientSequence({ errorSequences }: ExecutionResult): string {
  const all = errorSequences.map(({ tokens }) => tokens.join(', '));
  return [...new Set(all)].join(' · ') || 'none';
}

const serverSequence = ({ judgements }: ExecutionResult): string | undefined =>
  judgements.find(({ rule }) => rule === 'server-errors')?.actual;

function row(path: string, result: ScenarioResult | undefined): string {
  const main = result && mainExecution(result);
  if (!main) return `| ${path} | not run | | |`;
  const server = serverSequence(main);
  const { terminations } = main;
  const ended = terminations
    .slice(0, terminationsMax)
    .map(({ from, flag }) => `${flag} of the ${from}`);
  const more = terminations.length > terminationsMax ? ', ...' : '';
  return `| ${path} | \`${clientSequence(main)}\` | ${server === undefined ? '' : `\`${server}\``} | ${ended.join(', ')}${more} |`;
}

const terminationsMax = 4;

function underLoad(load: LoadFigures | undefined): string[] {
  if (!load) return ['Not answered: run `make pipes`.'];
  const { secondsEach, capacity, patienceMs, levels } = load;
  const perSecond = (count: number) => Math.round(count / secondsEach);
  const best = levels.reduce((a, b) => (b.answered > a.answered ? b : a));
  const last = levels.at(-1) ?? best;
  return [
    `Only as long as the server has room: it can do ${capacity} requests a second, and ${best.connections} connections ` +
      `brought ${perSecond(best.answered)} answers a second, ${last.connections} brought ${perSecond(last.answered)}. ` +
      `What does not fit waits, and who waits longer than its timeout (${patienceMs} ms here) leaves: then the server works ` +
      `for callers that are gone, and its writes are broken pipes (${perSecond(last.brokenPipes)} a second with ${last.connections}).`,
    '',
    '| connections | answered/s | gave up/s | broken pipes/s | median ms |',
    '|---|---|---|---|---|',
    ...levels.map(
      ({ connections, answered, gaveUp, brokenPipes, medianMs }) =>
        `| ${connections} | ${perSecond(answered)} | ${perSecond(gaveUp)} | ${perSecond(brokenPipes)} | ${medianMs === undefined ? '-' : Math.round(medianMs)} |`,
    ),
    '',
    '![Answers and broken pipes a second, with 10, 100 and 1000 connections](images/broken-pipes.svg)',
    '',
    '```bash',
    'make pipes',
    '```',
  ];
}
