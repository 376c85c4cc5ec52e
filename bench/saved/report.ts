/** What was killed, what was saved, and what each failure that is left goes back to. */
import { formatSpread, spread } from '../statistics.ts';
import { tableOf, verdict } from '../table.ts';
import type { Kill } from './kills.ts';
import { type Match, matchAll } from './match.ts';
import type { Round } from './users.ts';

export interface Played {
  faultless: Round;
  faulty: Round;
  kills: Kill[];
}

const throughputRequired = 0.8;
const rowsMax = 30;

/** Returns whether all that is required was kept. The last line says it of each. */
export function printPlayed(played: readonly Played[]): boolean {
  const kills = played.flatMap((round) => round.kills);
  const matches = played.flatMap(({ faulty, kills }) => matchAll(faulty.troubles, kills));
  const left = matches.filter((match) => match.verdict !== 'saved');
  const faultlessTroubles = played.reduce(
    (sum, { faultless }) => sum + faultless.troubles.length,
    0,
  );
  printKills(kills);
  printLeft(left);
  const counts = countsOf(matches);
  const attemptsFailed = matches.reduce((sum, match) => sum + match.kills.length, 0);
  const logged = matches.reduce((sum, { namesLogged }) => sum + namesLogged, 0);
  const answered = played.reduce((sum, { faulty }) => sum + faulty.answered, 0);
  const wrong = played.reduce(
    (sum, { faultless, faulty }) => sum + faultless.wrong + faulty.wrong,
    0,
  );
  console.log(
    tableOf([
      ['queries of the faulty rounds', ''],
      ['answered', String(answered)],
      ...Object.entries(counts).map(([what, count]) => [what, String(count)]),
      ['attempts that failed', String(attemptsFailed)],
      ['of those, named in the log of their connection', String(logged)],
      ['of those, sent when the upstream had looked last', String(attemptsFailed - logged)],
    ]),
  );
  const qps = (pick: (round: Played) => number) => formatSpread(spread(played.map(pick)));
  const ratio = spread(
    played.map(({ faultless, faulty }) => faulty.queriesPerSecond / faultless.queriesPerSecond),
  );
  console.log(
    `queries/s: ${qps(({ faultless }) => faultless.queriesPerSecond)} without kills, ${qps(({ faulty }) => faulty.queriesPerSecond)} with; ratio round by round ${formatSpread(ratio)}`,
  );
  const requirements = [
    { what: 'every query that may be saved was', isKept: counts.unexplained === 0 },
    { what: 'nothing else was sent again', isKept: counts['sent again for nothing'] === 0 },
    { what: 'nothing failed without a kill', isKept: faultlessTroubles === 0 },
    { what: 'no wrong answer', isKept: wrong === 0 },
    { what: `throughput above ${throughputRequired}`, isKept: ratio.median > throughputRequired },
  ];
  console.log(verdict(requirements));
  return requirements.every(({ isKept }) => isKept);
}

function countsOf(matches: readonly Match[]): Record<Match['verdict'], number> {
  const counts = {
    saved: 0,
    'second failure': 0,
    'first of a fresh connection': 0,
    'sent again for nothing': 0,
    unexplained: 0,
  };
  for (const { verdict: of } of matches) counts[of] += 1;
  return counts;
}

function printKills(kills: readonly Kill[]): void {
  const kinds = (['request', 'answer'] as const).flatMap((where) =>
    (['FIN', 'RST'] as const).map((how) => {
      const of = kills.filter((kill) => kill.where === where && kill.how === how);
      const aboard = of.reduce((sum, kill) => sum + kill.aboard.length, 0);
      const fresh = of.filter(({ answered }) => answered === 0).length;
      return [`${how} in the ${where}`, ...[of.length, fresh, aboard].map(String)];
    }),
  );
  console.log(tableOf([['kills', 'all', 'of fresh connections', 'queries aboard'], ...kinds]));
}

const allowed: ReadonlySet<Match['verdict']> = new Set([
  'second failure',
  'first of a fresh connection',
]);

/** The upstream's log beside each failure; those that may not be first. */
function printLeft(left: readonly Match[]): void {
  const isAllowed = (match: Match) => Number(allowed.has(match.verdict));
  const ordered = [...left].sort((a, b) => isAllowed(a) - isAllowed(b));
  const rows = ordered
    .slice(0, rowsMax)
    .map(({ trouble, kills, verdict: why }) => [
      trouble.name,
      trouble.failure?.class ?? 'answered',
      why,
      ...[0, 1].map((attempt) =>
        killInWords(trouble.attempts[attempt]?.connection, kills[attempt]),
      ),
    ]);
  console.log(tableOf([['query', 'failed', 'why', 'first attempt', 'second attempt'], ...rows]));
  if (left.length > rows.length) console.log(`and ${left.length - rows.length} more`);
}

function killInWords(connection: string | undefined, kill: Kill | undefined): string {
  if (connection === undefined) return '';
  const port = /:(\d+)->/.exec(connection)?.[1] ?? connection;
  if (!kill) return `${port}: not killed`;
  const { how, byte, where, name, answered } = kill;
  return `${port}: ${how} at byte ${byte} of the ${where} ${name}, after ${answered} answers`;
}
