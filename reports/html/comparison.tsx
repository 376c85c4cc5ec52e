/** Clients that met the same fault, side by side. */
import type { ScenarioResult } from '../../harness/result.ts';
import { type ComparedClient, type Comparison, comparisonsOf } from '../comparison.ts';
import { Table } from './table.tsx';

interface Props {
  scenarios: readonly ScenarioResult[];
  /** Of the scenarios, in their order. */
  anchors: readonly string[];
}

export function Comparisons({ scenarios, anchors }: Props) {
  const anchorOf = new Map(scenarios.map((scenario, index) => [scenario, anchors[index] ?? '']));
  return (
    <>
      {comparisonsOf(scenarios).map((comparison) => (
        <OneComparison comparison={comparison} anchorOf={anchorOf} />
      ))}
    </>
  );
}

function OneComparison({
  comparison: { script, workload, clients },
  anchorOf,
}: {
  comparison: Comparison;
  anchorOf: ReadonlyMap<ScenarioResult, string>;
}) {
  return (
    <>
      <Table<ComparedClient>
        class="overview"
        caption={`Side by side: ${clients.length} clients`}
        rows={clients}
        columns={[
          {
            title: 'client',
            cell: ({ client, scenario }) => <a href={`#${anchorOf.get(scenario)}`}>{client}</a>,
          },
          { title: 'fault response', cell: ({ response }) => response },
          { title: 'sent', cell: ({ sent }) => sent },
          { title: 'executed', cell: ({ executed }) => executed },
          { title: 'calls after the fault', cell: ({ calls }) => calls },
          {
            title: 'log',
            cell: ({ log }) => log.map((line) => <code class="path">{line}</code>),
          },
        ]}
      />
      <p>{`upstream: ${script.join('; ')}`}</p>
      <p>{`workload: ${workload.join('; ')}`}</p>
    </>
  );
}
