/** One scenario from its verdict down to its packets. */
import type { ExecutionResult, ScenarioResult } from '../../harness/result.ts';
import type { ReportSource } from '../source.ts';
import { printable } from '../text/printable.ts';
import { durationText, elapsedMs, mainExecution } from '../words.ts';
import { Errors } from './errors.tsx';
import { Evidence, Judgements, Receipts, Terminations } from './execution.tsx';
import { VerdictTag } from './verdict.tsx';

interface ScenarioProps {
  source: ReportSource;
  scenario: ScenarioResult;
  anchor: string;
}

export function Claims({ claims }: { claims: readonly string[] }) {
  return (
    <span class="claims">
      {claims.map((claim, index) => (
        <>
          {index > 0 && ' '}
          <span class="claim">{printable(claim)}</span>
        </>
      ))}
    </span>
  );
}

function Headline({ scenario, anchor }: Pick<ScenarioProps, 'scenario' | 'anchor'>) {
  const { title, verdict, reason, path, protocol, client, claims } = scenario;
  return (
    <header>
      <p class="kicker">
        <VerdictTag verdict={verdict} /> <Claims claims={claims} />
      </p>
      <h2>
        <a href={`#${anchor}`}>{printable(title)}</a>
      </h2>
      <p class="reason">{printable(reason)}</p>
      <p class="meta">
        <code>{printable(path)}</code>
        <span>{printable(protocol)}</span>
        <span>
          client <b>{printable(client)}</b>
        </span>
        <span>{durationText(elapsedMs(scenario))}</span>
      </p>
    </header>
  );
}

function Outcome({ main }: { main: ExecutionResult }) {
  return (
    <dl class="outcome">
      <div>
        <dt>error sequence</dt>
        <dd>
          <Errors sequences={main.errorSequences} />
        </dd>
      </div>
      <div>
        <dt>what the client made of the fault</dt>
        <dd>{main.faultResponse ?? 'not named: this client has no policy'}</dd>
      </div>
      <div>
        <dt>time</dt>
        <dd>
          {durationText(main.elapsedMs)}
          {main.waitedMs > 0 && (
            <small>{`, of which ${durationText(main.waitedMs)} waiting on purpose`}</small>
          )}
        </dd>
      </div>
    </dl>
  );
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

function OtherExecution(props: ScenarioProps & { execution: ExecutionResult }) {
  const { execution } = props;
  const anchor = `${props.anchor}-${execution.name}`;
  return (
    <details class="execution" id={anchor}>
      <summary>
        <VerdictTag verdict={execution.verdict} />
        <b>{executionTitles[execution.name]}</b>
        <span>{printable(execution.client)}</span>
        <Errors sequences={execution.errorSequences} />
        {execution.faultResponse !== null && <span>{execution.faultResponse}</span>}
      </summary>
      <p>{printable(execution.purpose)}</p>
      <Judgements execution={execution} />
      <Evidence {...props} execution={execution} anchor={anchor} />
      <Receipts execution={execution} anchor={anchor} />
      <Terminations execution={execution} anchor={anchor} />
    </details>
  );
}

export function Scenario(props: ScenarioProps) {
  const { source, scenario, anchor } = props;
  const main = mainExecution(scenario);
  const others = scenario.executions.filter((execution) => execution !== main);
  return (
    <article id={anchor} class={scenario.verdict}>
      <Headline scenario={scenario} anchor={anchor} />
      {main !== undefined && (
        <>
          <Outcome main={main} />
          <Judgements execution={main} />
          <h3>What happened, packet by packet</h3>
          <Evidence
            source={source}
            scenario={scenario}
            execution={main}
            anchor={`${anchor}-main`}
          />
          <Receipts execution={main} anchor={`${anchor}-main`} />
          <Terminations execution={main} anchor={`${anchor}-main`} />
        </>
      )}
      <div class="pair">
        <Lines title="The upstream's script" lines={scenario.script} />
        <Lines title="The workload" lines={scenario.workload} />
      </div>
      {others.length > 0 && (
        <section class="others">
          <h3>What keeps the verdict honest</h3>
          {others.map((execution) => (
            <OtherExecution {...props} execution={execution} />
          ))}
        </section>
      )}
      <section class="repeat">
        <h3>Repeat it</h3>
        <code class="command">{printable(scenario.repeat)}</code>
        <p class="back">
          <a href="#top">Back to the overview</a>
        </p>
      </section>
    </article>
  );
}
