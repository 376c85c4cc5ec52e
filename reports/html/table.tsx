/** A table that the style sheet turns into a list of cards on a narrow screen. */
import type { ComponentChildren } from 'preact';

export interface Column<R> {
  title: string;
  /** Class of the column's cells. */
  class?: string;
  cell(row: R): ComponentChildren;
}

interface TableProps<R> {
  class?: string;
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowClass?(row: R): string;
  /** More attributes of a row, for scripts. */
  rowData?(row: R): Readonly<Record<`data-${string}`, string>>;
}

export function Table<R>({
  class: name,
  caption,
  columns,
  rows,
  rowClass,
  rowData,
}: TableProps<R>) {
  return (
    <table class={`cards ${name ?? ''}`}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col" class={column.class}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr class={rowClass?.(row)} {...rowData?.(row)}>
            {columns.map((column) => (
              <td class={column.class} data-title={column.title}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
