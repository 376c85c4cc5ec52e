/** What a scenario is, its verdict, and the story of its main execution. */
import type { ExecutionResult, ScenarioResult } from '../../../harness/result.ts';
import type { ReportSource } from '../../source.ts';
import { storyOf } from '../../story.ts';
import { printable } from '../../text/printable.ts';
import { durationText, elapsedMs } from '../../words.ts';
import { Errors } from '../errors.tsx';
import type { Places } from '../places.ts';
import { Response } from '../response.tsx';
import { VerdictTag } from '../verdict.tsx';

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

export function Headline({ scenario, places }: { scenario: ScenarioResult; places: Places }) {
  const { title, verdict, reason, path, protocol, client, claims } = scenario;
  return (
    <header>
      <p class="kicker">
        <VerdictTag verdict={verdict} /> <Claims claims={claims} />
      </p>
      <h2>
        <a href={places.scenario(scenario)}>{printable(title)}</a>
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

export function Story(props: {
  source: ReportSource;
  scenario: ScenarioResult;
  execution: ExecutionResult;
}) {
  const { source, scenario, execution } = props;
  const { broken, client } = storyOf(execution, source.timeline(scenario, execution));
  return <p class="story">{`${broken} ${client}`}</p>;
}

export function Outcome({ main }: { main: ExecutionResult }) {
  return (
    <dl class="outcome">
      <div>
        <dt>error sequence</dt>
        <dd>
          <Errors sequences={main.errorSequences} shownMax={8} />
        </dd>
      </div>
      <div>
        <dt>what the client made of the fault</dt>
        <dd>
          {main.faultResponse === null ? (
            'not named: this client has no policy'
          ) : (
            <Response response={main.faultResponse} />
          )}
        </dd>
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
