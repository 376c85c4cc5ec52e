/** One case in figures. */
import { formatSpread, spread } from '../statistics.ts';
import { tableOf, verdict } from '../table.ts';
import { type Case, inWords } from './cases.ts';
import type { DnsperfFigures } from './dnsperf.ts';
import type { LoadFigures } from './load.ts';

export interface Round {
  ours: LoadFigures;
  theirs: DnsperfFigures;
}

export function printCase(of: Case, rounds: readonly Round[]): void {
  const each = (pick: (round: Round) => number) => formatSpread(spread(rounds.map(pick)));
  const ratio = spread(
    rounds.map(({ ours, theirs }) => ours.queriesPerSecond / theirs.queriesPerSecond),
  );
  console.log(`${of.name}: ${inWords(of)}`);
  const rows = [
    ['', 'pool', 'dnsperf'],
    [
      'queries/s',
      each(({ ours }) => ours.queriesPerSecond),
      each(({ theirs }) => theirs.queriesPerSecond),
    ],
    ['latency p50, ms', each(({ ours }) => ours.latencyMs.p50), ''],
    ['latency p99, ms', each(({ ours }) => ours.latencyMs.p99), ''],
    ['average, ms', '', each(({ theirs }) => theirs.averageMs)],
    ['CPU for a query, us', each(({ ours }) => ours.cpuUs), each(({ theirs }) => theirs.cpuUs)],
    [
      'answered',
      total(rounds, ({ ours }) => ours.answered),
      total(rounds, ({ theirs }) => theirs.completed),
    ],
    [
      'failed or lost',
      total(rounds, ({ ours }) => ours.failed),
      total(rounds, ({ theirs }) => theirs.lost),
    ],
    ['wrong answers', total(rounds, ({ ours }) => ours.wrong), 'not checked'],
  ];
  console.log(tableOf(rows));
  console.log(`pool / dnsperf, round by round: ${formatSpread(ratio)}`);
  console.log(
    verdict([
      { what: `required ${of.required}`, isKept: ratio.median >= of.required },
      { what: `aim ${of.aim}`, isKept: ratio.median >= of.aim },
    ]),
  );
  if (ratio.median < of.aim) {
    console.log(`where the time goes: node build/bench/dns.js profile ${of.name}`);
  }
  console.log();
}

function total(rounds: readonly Round[], pick: (round: Round) => number): string {
  return String(rounds.reduce((sum, round) => sum + pick(round), 0));
}
