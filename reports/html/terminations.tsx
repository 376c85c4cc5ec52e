/** Who ended which connection, and how. */
import type { Termination } from '../../harness/result.ts';
import { type Column, Table } from './table.tsx';

interface TerminationTableProps {
  rows: readonly Termination[];
  /** Begins the ids of the frames on the page. */
  anchor: string;
  more?: readonly Column<Termination>[];
}

export function TerminationTable({ rows, anchor, more = [] }: TerminationTableProps) {
  if (rows.length === 0) return null;
  return (
    <Table<Termination>
      class="terminations"
      caption="Every FIN and RST in the capture"
      rows={rows}
      columns={[
        { title: 'flag', cell: ({ flag }) => <b class={`flag ${flag}`}>{flag}</b> },
        { title: 'connection', cell: ({ connection }) => `#${connection}` },
        { title: 'sent by', cell: ({ from }) => from },
        { title: 'relative seq', cell: ({ relativeSeq }) => relativeSeq },
        { title: 'frame', cell: ({ frame }) => <a href={`#${anchor}-f${frame}`}>{frame}</a> },
        ...more,
      ]}
    />
  );
}
