/** A line for each scenario, and the form that picks among them. */
import type { ScenarioResult, Verdict } from '../../../harness/result.ts';
import { responsesWorstFirst } from '../../faults.ts';
import { printable } from '../../text/printable.ts';
import { countVerdicts, durationText, elapsedMs, mainExecution } from '../../words.ts';
import { Errors } from '../errors.tsx';
import { countWords } from '../mast.tsx';
import type { Places } from '../places.ts';
import { Response } from '../response.tsx';
import { Claims } from '../scenario/headline.tsx';
import { Table } from '../table.tsx';
import { VerdictMark, VerdictTag } from '../verdict.tsx';

interface Props {
  scenarios: readonly ScenarioResult[];
  places: Places;
}

const byName = new Intl.Collator('en', { numeric: true });
const distinct = (words: readonly string[]) => [...new Set(words)].sort(byName.compare);

function Choice(props: { name: string; all: string; options: readonly string[] }) {
  const { name, all, options } = props;
  return (
    <label>
      <span class="aside">{name}</span>
      <select name={name}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option value={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

/** Hidden until the script that makes it work is there. */
function Filters({ scenarios }: Pick<Props, 'scenarios'>) {
  const counts = countVerdicts(scenarios);
  const printed = (word: (scenario: ScenarioResult) => string) =>
    distinct(scenarios.map((scenario) => printable(word(scenario))));
  return (
    <search>
      <form class="filters" aria-label="scenarios" hidden>
        <label class="search">
          <span class="aside">search</span>
          <input type="search" name="q" placeholder="title, path, error…" autocomplete="off" />
        </label>
        <fieldset>
          <legend class="aside">verdict</legend>
          {countWords.map(([verdict, word]) => (
            <label class={`toggle ${verdict}`}>
              <input type="checkbox" name="verdict" value={verdict satisfies Verdict} />
              <VerdictMark verdict={verdict} />
              {`${word} ${counts[verdict]}`}
            </label>
          ))}
        </fieldset>
        <Choice name="protocol" all="all" options={printed(({ protocol }) => protocol)} />
        <Choice name="client" all="all" options={printed(({ client }) => client)} />
        <Choice name="response" all="all" options={responsesWorstFirst} />
        <Choice name="claim" all="all" options={distinct(scenarios.flatMap(claimWords))} />
        <button type="reset">Show all</button>
        <output name="shown" />
      </form>
    </search>
  );
}

/** A claim with a space in it would be two in a list of words. */
const claimWords = ({ claims }: ScenarioResult) =>
  claims.map((claim) => printable(claim).replaceAll(' ', '_'));

export function ScenarioTable({ scenarios, places }: Props) {
  return (
    <section id="scenarios">
      <h2>Scenarios</h2>
      <Filters scenarios={scenarios} />
      <Table<ScenarioResult>
        class="overview scenarios"
        caption="Scenarios, what did not pass first"
        rows={scenarios}
        rowClass={({ verdict }) => verdict}
        rowData={(scenario) => ({
          'data-verdict': scenario.verdict,
          'data-protocol': printable(scenario.protocol),
          'data-client': printable(scenario.client),
          'data-response': mainExecution(scenario)?.faultResponse ?? '',
          'data-claim': claimWords(scenario).join(' '),
        })}
        columns={[
          {
            title: 'verdict',
            class: 'tag',
            cell: ({ verdict }) => <VerdictTag verdict={verdict} />,
          },
          {
            title: 'scenario',
            class: 'title',
            cell: (scenario) => (
              <>
                <a href={places.scenario(scenario)}>{printable(scenario.title)}</a>
                <code class="path">{printable(scenario.path)}</code>
              </>
            ),
          },
          { title: 'claims', cell: ({ claims }) => <Claims claims={claims} /> },
          { title: 'client', class: 'client', cell: ({ client }) => printable(client) },
          {
            title: 'error sequence',
            class: 'sequence',
            cell: (scenario) => (
              <Errors sequences={mainExecution(scenario)?.errorSequences ?? []} shownMax={4} />
            ),
          },
          {
            title: 'fault response',
            cell: (scenario) => (
              <Response response={mainExecution(scenario)?.faultResponse ?? null} />
            ),
          },
          {
            title: 'time',
            class: 'number',
            cell: (scenario) => durationText(elapsedMs(scenario)),
          },
        ]}
      />
    </section>
  );
}
