/**
 * A run for a browser: as one page to hand on, or as pages in the run's folder. Neither needs a network
 * nor a script.
 */
import { type Comparison, comparisonsOf } from '../comparison.ts';
import type { ReportFile, ReportSource } from '../source.ts';
import { printable } from '../text/printable.ts';
import { countsText, countVerdicts } from '../words.ts';
import { Bar } from './bar.tsx';
import { Comparisons, comparedIn } from './comparison.tsx';
import { page } from './document.tsx';
import { Legend } from './legend.tsx';
import { Masthead } from './mast.tsx';
import { Overview } from './overview/overview.tsx';
import {
  comparisonsFile,
  inFolder,
  onOnePage,
  overviewFile,
  type Places,
  scenarioPath,
} from './places.ts';
import { Scenario } from './scenario/scenario.tsx';
import { worstFirst } from './verdict.tsx';

const titleOf = ({ run }: ReportSource) =>
  `pipewrench: ${countsText(countVerdicts(run.scenarios))}`;

/** Everything, packets too, in one file. */
export function html(source: ReportSource): string {
  const { run } = source;
  const places = onOnePage(run);
  const comparisons = comparisonsOf(run.scenarios);
  const compared = comparedIn(comparisons);
  return page(
    titleOf(source),
    <>
      <Masthead run={run} />
      <main>
        <Overview source={source} places={places} comparisons={comparisons} />
        <Comparisons comparisons={comparisons} places={places} />
        {worstFirst(run.scenarios).map((scenario) => (
          <Scenario
            source={source}
            scenario={scenario}
            places={places}
            compared={compared.get(scenario)}
            isFolded={run.scenarios.length > 1}
          />
        ))}
        <Legend />
      </main>
    </>,
    'filters',
    'unfold',
    'ladder',
  );
}

/** The overview first, then a page for each scenario, beside its packets. */
export function* htmlFiles(source: ReportSource): Generator<ReportFile> {
  const { run } = source;
  const comparisons = comparisonsOf(run.scenarios);
  yield { path: overviewFile, text: overviewPage(source, comparisons) };
  if (comparisons.length > 0) {
    yield { path: comparisonsFile, text: comparisonsPage(comparisons, inFolder(undefined)) };
  }
  const compared = comparedIn(comparisons);
  const ordered = worstFirst(run.scenarios);
  for (const [index, scenario] of ordered.entries()) {
    const places = inFolder(scenario);
    const text = page(
      `${scenario.verdict}: ${printable(scenario.title)}`,
      <>
        <Bar places={places} before={ordered[index - 1]} after={ordered[index + 1]} />
        <main>
          <Scenario
            source={source}
            scenario={scenario}
            places={places}
            compared={compared.get(scenario)}
            isFolded={false}
          />
          <Legend />
        </main>
      </>,
      'ladder',
    );
    yield { path: scenarioPath(scenario), text };
  }
}

function overviewPage(source: ReportSource, comparisons: readonly Comparison[]): string {
  return page(
    titleOf(source),
    <>
      <Masthead run={source.run} />
      <main>
        <Overview source={source} places={inFolder(undefined)} comparisons={comparisons} />
      </main>
    </>,
    'filters',
  );
}

function comparisonsPage(comparisons: readonly Comparison[], places: Places): string {
  return page(
    'pipewrench: clients side by side',
    <>
      <Bar places={places} before={undefined} after={undefined} />
      <main>
        <Comparisons comparisons={comparisons} places={places} />
      </main>
    </>,
  );
}
