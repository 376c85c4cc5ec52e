/** Clients that met the same fault, side by side. */
import type { ComparedClient, Comparison } from '../comparison.ts';
import type { Places } from './places.ts';
import { Table } from './table.tsx';

interface Props {
  comparisons: readonly Comparison[];
  places: Places;
}

/** Which comparison each scenario is in, counted from 1. */
export function comparedIn(comparisons: readonly Comparison[]) {
  return new Map(
    comparisons.flatMap(({ clients }, index) =>
      clients.map(({ scenario }) => [scenario, { number: index + 1, clients: clients.length }]),
    ),
  );
}

export function Comparisons({ comparisons, places }: Props) {
  return (
    <>
      {comparisons.map((comparison, index) => (
        <OneComparison comparison={comparison} number={index + 1} places={places} />
      ))}
    </>
  );
}

function OneComparison(props: { comparison: Comparison; number: number; places: Places }) {
  const { comparison, number, places } = props;
  const { script, workload, clients } = comparison;
  return (
    <section class="comparison" id={`comparison-${number}`}>
      <h2>
        <a href={`#comparison-${number}`}>{script.join('; ')}</a>
      </h2>
      <p class="lead">{`workload: ${workload.join('; ')}`}</p>
      <Table<ComparedClient>
        class="overview"
        caption={`Side by side: ${clients.length} clients`}
        rows={clients}
        columns={[
          {
            title: 'client',
            class: 'title',
            cell: ({ client, scenario }) => <a href={places.scenario(scenario)}>{client}</a>,
          },
          {
            title: 'fault response',
            cell: ({ response }) => <span class={`response ${response}`}>{response}</span>,
          },
          { title: 'sent', cell: ({ sent }) => sent },
          { title: 'executed', cell: ({ executed }) => executed },
          { title: 'calls after the fault', class: 'calls', cell: ({ calls }) => calls },
          {
            title: 'log',
            cell: ({ log }) => log.map((line) => <code class="path">{line}</code>),
          },
        ]}
      />
    </section>
  );
}
