/** Figures in columns, and what was made of them. */

/** The first column to the left, all others to the right; the first row is the heading. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export interface Requirement {
  what: string;
  isKept: boolean;
}

/** `what: kept`, for each. */
export function verdict(requirements: readonly Requirement[]): string {
  return requirements
    .map(({ what, isKept }) => `${what}: ${isKept ? 'kept' : 'NOT kept'}`)
    .join(' · ');
}
