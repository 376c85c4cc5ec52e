/** One scenario from its verdict down to its packets. */
import type { ExecutionResult, ScenarioResult } from '../../../harness/result.ts';
import type { ReportSource } from '../../source.ts';
import { printable } from '../../text/printable.ts';
import { mainExecution } from '../../words.ts';
import { Errors } from '../errors.tsx';
import type { Places } from '../places.ts';
import { Response } from '../response.tsx';
import { VerdictTag } from '../verdict.tsx';
import { Evidence, Judgements, Receipts, Terminations } from './execution.tsx';
import { Headline, Outcome, Story } from './headline.tsx';

interface ScenarioProps {
  source: ReportSource;
  scenario: ScenarioResult;
  places: Places;
  /** Which comparison it is in, counted from 1, and of how many clients. */
  compared: { number: number; clients: number } | undefined;
  /** Whether only its head and its story are shown until somebody asks for the rest. */
  isFolded: boolean;
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <section>
      <h3>{title}</h3>
      {lines.length === 0 ? (
        <p class="muted">nothing</p>
      ) : (
        <ol class="lines">
          {lines.map((line) => (
            <li>{printable(line)}</li>
          ))}
        </ol>
      )}
    </section>
  );
}

const executionTitles: Readonly<Record<ExecutionResult['name'], string>> = {
  main: 'Main',
  control: 'Control, without the faults',
  counter: 'Counter, which must fail',
};

function OtherExecution(
  props: Omit<ScenarioProps, 'compared' | 'isFolded'> & { execution: ExecutionResult },
) {
  const { source, scenario, places, execution } = props;
  const anchor = places.executionId(scenario, execution.name);
  return (
    <details class="execution" id={anchor}>
      <summary>
        <VerdictTag verdict={execution.verdict} />
        <b>{executionTitles[execution.name]}</b>
        <span>{printable(execution.client)}</span>
        <Errors sequences={execution.errorSequences} shownMax={4} />
        {execution.faultResponse !== null && <Response response={execution.faultResponse} />}
      </summary>
      <p>{printable(execution.purpose)}</p>
      <Story source={source} scenario={scenario} execution={execution} />
      <Judgements execution={execution} />
      <Evidence {...props} anchor={anchor} />
      <Receipts execution={execution} anchor={anchor} />
      <Terminations execution={execution} anchor={anchor} />
    </details>
  );
}

/** What else the scenario's folder holds, in words. */
const files = [
  ['result.json', 'what was concluded'],
  ['timeline.json', 'every event of each execution'],
  ['evidence.jsonl', 'what the recorders saw'],
] as const;

function Repeat({ scenario, places }: Pick<ScenarioProps, 'scenario' | 'places'>) {
  return (
    <section class="repeat">
      <h3>Repeat it</h3>
      <code class="command" tabindex={0}>
        {printable(scenario.repeat)}
      </code>
      {places.hasFiles && (
        <ul class="files" aria-label="files of this scenario">
          {files.map(([name, says]) => (
            <li>
              <a href={name} download={name}>
                {name}
              </a>{' '}
              {says}
            </li>
          ))}
        </ul>
      )}
      <p class="back">
        <a href={places.overview}>Back to the overview</a>
      </p>
    </section>
  );
}

export function Scenario(props: ScenarioProps) {
  const { source, scenario, places, compared, isFolded } = props;
  const main = mainExecution(scenario);
  const others = scenario.executions.filter((execution) => execution !== main);
  const anchor = places.executionId(scenario, 'main');
  // Where scripts run, a browser takes what is in it for text, which it reads many times faster than elements;
  // unfold.js makes elements of it.
  const Rest = isFolded ? 'noscript' : 'div';
  return (
    <article id={places.idOf(scenario)} class={scenario.verdict}>
      <Headline scenario={scenario} places={places} />
      {main !== undefined && <Story source={source} scenario={scenario} execution={main} />}
      <Rest class="rest">
        {main !== undefined && (
          <>
            <Outcome main={main} />
            <Judgements execution={main} />
            <h3>What happened, packet by packet</h3>
            <Evidence {...props} execution={main} anchor={anchor} />
            <Receipts execution={main} anchor={anchor} />
            <Terminations execution={main} anchor={anchor} />
          </>
        )}
        <div class="pair">
          <Lines title="The upstream's script" lines={scenario.script} />
          <Lines title="The workload" lines={scenario.workload} />
        </div>
        {compared !== undefined && (
          <p class="compared">
            <a href={places.comparison(compared.number)}>
              {`${compared.clients} clients that met this script, side by side`}
            </a>
          </p>
        )}
        {others.length > 0 && (
          <section class="others">
            <h3>What keeps the verdict honest</h3>
            {others.map((execution) => (
              <OtherExecution {...props} execution={execution} />
            ))}
          </section>
        )}
        <Repeat scenario={scenario} places={places} />
      </Rest>
    </article>
  );
}
