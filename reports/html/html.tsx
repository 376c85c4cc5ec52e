/** The whole run as one page that needs no network, no script and no other file. */
import type { ReportSource } from '../source.ts';
import { countsText, countVerdicts } from '../words.ts';
import { anchorsOf } from './anchors.ts';
import { Comparisons } from './comparison.tsx';
import { page } from './document.tsx';
import { worstFirst } from './execution.tsx';
import { Legend } from './legend.tsx';
import { Masthead, Overview } from './overview.tsx';
import { Scenario } from './scenario.tsx';

function Page({ source }: { source: ReportSource }) {
  const { run } = source;
  const anchors = anchorsOf(run.scenarios);
  const entries = worstFirst(
    run.scenarios.map((scenario, index) => ({
      verdict: scenario.verdict,
      scenario,
      anchor: anchors[index] ?? '',
    })),
  );
  return (
    <>
      <Masthead run={run} />
      <main>
        <Overview entries={entries} />
        <Comparisons scenarios={run.scenarios} anchors={anchors} />
        {entries.map(({ scenario, anchor }) => (
          <Scenario source={source} scenario={scenario} anchor={anchor} />
        ))}
        <Legend />
      </main>
    </>
  );
}

export function html(source: ReportSource): string {
  const title = `pipewrench: ${countsText(countVerdicts(source.run.scenarios))}`;
  return page(title, <Page source={source} />);
}
