/** Where the time of the run went. */
import type { ScenarioResult } from '../../../harness/result.ts';
import { printable } from '../../text/printable.ts';
import { durationText, elapsedMs } from '../../words.ts';
import type { Places } from '../places.ts';

const shownMax = 10;

const waitedMs = ({ executions }: ScenarioResult) =>
  executions.reduce((sum, execution) => sum + execution.waitedMs, 0);

/** Both times as lengths of a bar that is 1000 long for the slowest. */
function Bar({ scenario, longestMs }: { scenario: ScenarioResult; longestMs: number }) {
  const scale = longestMs > 0 ? 1000 / longestMs : 0;
  const waited = waitedMs(scenario) * scale;
  return (
    <svg class="time" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="waited" x="0" y="0" width={waited} height="10" />
      <rect
        class="busy"
        x={waited}
        y="0"
        width={elapsedMs(scenario) * scale - waited}
        height="10"
      />
    </svg>
  );
}

/** Of a single scenario there is nothing to compare. */
export function slowestOf(scenarios: readonly ScenarioResult[]): ScenarioResult[] {
  if (scenarios.length < 2) return [];
  return scenarios.toSorted((a, b) => elapsedMs(b) - elapsedMs(a)).slice(0, shownMax);
}

export function Slowest(props: { scenarios: readonly ScenarioResult[]; places: Places }) {
  const longestMs = Math.max(...props.scenarios.map(elapsedMs));
  return (
    <section id="slowest">
      <h2>Slowest scenarios</h2>
      <p class="lead">
        All executions together; the lighter part is waiting on purpose, for timers of scripts,
        clients and the kernel.
      </p>
      <ol class="slowest">
        {props.scenarios.map((scenario) => (
          <li>
            <a href={props.places.scenario(scenario)}>{printable(scenario.title)}</a>
            <Bar scenario={scenario} longestMs={longestMs} />
            <span class="took">
              {durationText(elapsedMs(scenario))}
              <small>{` waiting ${durationText(waitedMs(scenario))}`}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
