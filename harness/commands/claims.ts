/** `pipewrench list --claims`: what is tested by which scenario, and how that ended the last time. */
import { join } from 'node:path';
import type { Clause } from '../claims/clause.ts';
import { clauses } from '../claims.ts';
import { unknownName } from '../errors.ts';
import type { FoundScenario } from '../run.ts';
import { loadScenarioResult } from '../store.ts';
import { exitCodes } from './exit-codes.ts';
import { latestRun } from './latest-run.ts';
import { justNames, type Selection, select, withTopic } from './select.ts';
import { table } from './table.ts';
import type { Tools } from './tools.ts';

/** A clause of the table, or one of a user's own that is in no table. */
type Listed = Pick<Clause, 'id' | 'text' | 'note'> & { finding: Clause['finding'] | '-' };

interface Row extends Listed {
  scenarios: readonly FoundScenario[];
}

/** Returns the exit code: 1 when a clause has no scenario. Throws a UserError. */
export async function claimsCommand(
  wanted: readonly string[],
  { claim = [], client }: Selection,
  tools: Tools,
): Promise<number> {
  const selection = client === undefined ? {} : { client };
  const { scenarios } = await select(wanted, selection, tools, justNames(tools));
  const isWhole = wanted.length === 0 && client === undefined;
  // Of some scenarios only what they test is asked for.
  const rows = rowsOf(scenarios, claim).filter((row) => isWhole || row.scenarios.length > 0);
  process.stdout.write(
    table([['CLAUSE', 'FINDING', 'VERDICT', 'SCENARIO', 'CLAIM'], ...rows.flatMap(cellsOf)]),
  );
  const untested = rows.filter((row) => row.scenarios.length === 0).map(({ id }) => id);
  if (untested.length === 0) return exitCodes.passed;
  process.stderr.write(
    `error: no scenario tests ${untested.join(', ')}\n` +
      '  expected: at least one scenario for each clause\n' +
      '  next: write one, and name the clause in its `claims`\n',
  );
  return exitCodes.failed;
}

function rowsOf(scenarios: readonly FoundScenario[], asked: readonly string[]): Row[] {
  const byClause = new Map<string, FoundScenario[]>();
  for (const found of scenarios) {
    for (const id of found.scenario.claims) byClause.set(id, [...(byClause.get(id) ?? []), found]);
  }
  const own = [...byClause.keys()].filter((id) => !clauses.some((clause) => clause.id === id));
  const listed: Listed[] = [
    ...clauses,
    ...own.sort().map((id): Listed => ({ id, text: '', note: '', finding: '-' })),
  ];
  const known = [...new Set(listed.flatMap(({ id }) => withTopic(id)))];
  for (const id of asked) {
    if (known.includes(id)) continue;
    throw unknownName('clause', id, known.sort(), '`pipewrench list --claims` shows all of them');
  }
  return listed
    .filter(({ id }) => asked.length === 0 || withTopic(id).some((name) => asked.includes(name)))
    .map((clause) => ({ ...clause, scenarios: byClause.get(clause.id) ?? [] }));
}

function cellsOf({ id, finding, text, note, scenarios }: Row): string[][] {
  const claim = note === '' ? text : `${text} (${note})`;
  if (scenarios.length === 0) return [[id, finding, '-', '-', claim]];
  return scenarios.map((found, at) => {
    const told = at === 0 ? claim : '';
    return [id, finding, lastVerdict(found), found.path, told];
  });
}

/** A run with another client than the scenario's own says so. */
function lastVerdict({ folder, scenario }: FoundScenario): string {
  const result = loadScenarioResult(join(latestRun, folder));
  if (!result) return '-';
  const { verdict, client } = result;
  return client === scenario.client ? verdict : `${verdict} (${client})`;
}
