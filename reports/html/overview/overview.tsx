/** The run as a whole, from its scenarios to where its time went. */

import { coveredClaims } from '../../claims.ts';
import type { Comparison } from '../../comparison.ts';
import { faultTables } from '../../faults.ts';
import type { ReportSource } from '../../source.ts';
import type { Places } from '../places.ts';
import { worstFirst } from '../verdict.tsx';
import { ClaimTable } from './claims.tsx';
import { Faults } from './faults.tsx';
import { ScenarioTable } from './scenarios.tsx';
import { Slowest, slowestOf } from './slowest.tsx';

interface Props {
  source: ReportSource;
  places: Places;
  comparisons: readonly Comparison[];
}

export function Overview({ source, places, comparisons }: Props) {
  const { run, clauses } = source;
  const faults = faultTables(run.scenarios, clauses);
  const claims = coveredClaims(run.scenarios, clauses);
  const slowest = slowestOf(run.scenarios);
  return (
    <>
      <nav class="contents" aria-label="parts of the report">
        <a href="#scenarios">Scenarios</a>
        {faults.length > 0 && <a href="#faults">Clients and faults</a>}
        {claims.length > 0 && <a href="#claims">Claims covered</a>}
        {slowest.length > 0 && <a href="#slowest">Slowest</a>}
        {comparisons.length > 0 && (
          <a href={places.comparison(1)}>{`Side by side (${comparisons.length})`}</a>
        )}
      </nav>
      <ScenarioTable scenarios={worstFirst(run.scenarios)} places={places} />
      {faults.length > 0 && <Faults tables={faults} places={places} />}
      {claims.length > 0 && (
        <ClaimTable claims={claims} clausesKnown={clauses.length} places={places} />
      )}
      {slowest.length > 0 && <Slowest scenarios={slowest} places={places} />}
    </>
  );
}
