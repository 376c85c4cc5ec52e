/** The clauses that the run has tested. */
import type { CoveredClaim } from '../../claims.ts';
import { printable } from '../../text/printable.ts';
import type { Places } from '../places.ts';
import { Table } from '../table.tsx';
import { VerdictTag } from '../verdict.tsx';

function Scenarios({ claim, places }: { claim: CoveredClaim; places: Places }) {
  const count = claim.scenarios.length;
  return (
    <details>
      <summary>{count === 1 ? '1 scenario' : `${count} scenarios`}</summary>
      <ul>
        {claim.scenarios.map((scenario) => (
          <li>
            <a href={places.scenario(scenario)}>{printable(scenario.path)}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function ClaimTable(props: {
  claims: readonly CoveredClaim[];
  clausesKnown: number;
  places: Places;
}) {
  const { claims, clausesKnown, places } = props;
  const known = claims.filter(({ text }) => text !== '').length;
  return (
    <section id="claims">
      <h2>Claims covered</h2>
      <p class="lead">{`This run has tested ${known} of the ${clausesKnown} clauses and fault cases that pipewrench knows.`}</p>
      <Table<CoveredClaim>
        class="overview claims-covered"
        caption="The verdict is the worst of its scenarios"
        rows={claims}
        rowClass={({ verdict }) => verdict}
        columns={[
          {
            title: 'verdict',
            class: 'tag',
            cell: ({ verdict }) => <VerdictTag verdict={verdict} />,
          },
          { title: 'claim', class: 'id', cell: ({ id }) => <span class="claim">{id}</span> },
          { title: 'says', cell: ({ text }) => text },
          {
            title: 'tested by',
            class: 'by',
            cell: (claim) => <Scenarios claim={claim} places={places} />,
          },
        ]}
      />
    </section>
  );
}
