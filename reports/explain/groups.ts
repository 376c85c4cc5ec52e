/** Connections with the same diagnosis together, so that hundreds of them take no more room than one. */
import { type DiagnosisName, diagnosisNames, type Finding } from '../../explain/diagnosis.ts';
import type { Explained, ExplainedConnection } from '../../explain/result.ts';

export interface Case {
  connection: ExplainedConnection;
  finding: Finding;
}

export interface UpstreamGroup {
  address: string;
  cases: readonly Case[];
}

export interface Group {
  name: DiagnosisName;
  /** How many connections have it; more than there are cases in a capture with very many. */
  count: number;
  /** Those with most cases first. */
  upstreams: readonly UpstreamGroup[];
}

/** What weighs most first. */
export function groupsOf({ shown, counts }: Explained): Group[] {
  const cases = shown.flatMap((connection) =>
    connection.findings.map((finding) => ({ connection, finding })),
  );
  return diagnosisNames.flatMap((name) => {
    const count = counts[name] ?? 0;
    if (count === 0) return [];
    const mine = cases.filter(({ finding }) => finding.name === name);
    const byAddress = new Map<string, Case[]>();
    for (const one of mine) {
      const { address } = one.connection.upstream;
      const before = byAddress.get(address);
      if (before) before.push(one);
      else byAddress.set(address, [one]);
    }
    const grouped = [...byAddress].map(([address, cases]) => ({ address, cases }));
    grouped.sort((a, b) => b.cases.length - a.cases.length);
    return [{ name, count, upstreams: grouped }];
  });
}
