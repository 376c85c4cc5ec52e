/** What the storm came to, in tables, and whether that is what is required. */
import type { DnsPoolStats } from '../../clients/dns-pool/index.ts';
import { tableOf, verdict } from '../table.ts';
import { heapChange, heapSecondsLeast, heapTolerance } from './heap-watch.ts';
import type { SocketCounts } from './socket-table.ts';
import type { SocketWatch } from './socket-watch.ts';
import type { FaultCounts } from './upstream.ts';
import type { Tally } from './users.ts';

export interface Outcome {
  /** One for each upstream, as `unsettled`, `stats` and `faults`. */
  tallies: readonly Tally[];
  /** Queries that had not come to an end when the pools were closed. */
  unsettled: readonly number[];
  stats: readonly DnsPoolStats[];
  faults: readonly FaultCounts[];
  sockets: SocketWatch;
  socketsMax: number;
  /** After the pools were closed. */
  descriptorsLeft: number;
  socketsLeft: SocketCounts;
  samplesBytes: readonly number[];
  seconds: number;
}

/** Returns whether all that is required was kept. The last line says it of each. */
export function printOutcome(outcome: Outcome): boolean {
  const { tallies, unsettled, stats, sockets, socketsMax, descriptorsLeft, socketsLeft } = outcome;
  console.log(tableOf(rowsOf(outcome)));
  const strange = tallies.flatMap((tally) => tally.strange);
  for (const text of strange) console.log(`not a DnsPoolError: ${text}`);
  const { most } = sockets;
  console.log(
    `client sockets: at most ${sockets.descriptorsMost} descriptors, counted after each of ${sockets.dials} dials; at most ${most.held} in the kernel's table of TCP that a descriptor holds, in ${sockets.samples} samples`,
  );
  console.log(
    `apart from those: at most ${most.orphaned} that no descriptor holds and the kernel still ends (FIN_WAIT, CLOSING, LAST_ACK), at most ${most.timeWait} in TIME_WAIT`,
  );
  console.log(
    `after close: ${descriptorsLeft} descriptors, ${socketsLeft.held} held, ${socketsLeft.orphaned} not held, ${socketsLeft.timeWait} in TIME_WAIT`,
  );
  const heap = heapChange(outcome.samplesBytes);
  console.log(
    `heap after collecting, ${outcome.samplesBytes.length} samples: ${mb(heap.middleBytes)} MB in the middle third, ${mb(heap.lastBytes)} MB in the last, ${(100 * heap.change).toFixed(2)} %`,
  );
  // A dial that nobody counted would make the count worthless.
  const areDialsCounted = sockets.dials >= sum(stats, ({ created }) => created);
  const requirements = [
    {
      what: 'every query answered, or failed with a class',
      isKept: sum(unsettled, Number) === 0 && strange.length === 0,
    },
    { what: 'no wrong answer', isKept: sum(tallies, ({ wrong }) => wrong) === 0 },
    {
      what: `at most ${socketsMax} sockets`,
      isKept: areDialsCounted && sockets.descriptorsMost <= socketsMax && most.held <= socketsMax,
    },
    { what: 'none after close', isKept: descriptorsLeft === 0 && socketsLeft.held === 0 },
  ];
  if (outcome.seconds >= heapSecondsLeast) {
    requirements.push({ what: 'heap flat', isKept: Math.abs(heap.change) <= heapTolerance });
  } else console.log(`heap: not judged in less than ${heapSecondsLeast} s`);
  console.log(verdict(requirements));
  return requirements.every(({ isKept }) => isKept);
}

function rowsOf({ tallies, unsettled, stats, faults }: Outcome): string[][] {
  const row = <T>(name: string, list: readonly T[], pick: (of: T) => number) => {
    return [name, ...list.map((of) => String(pick(of))), String(sum(list, pick))];
  };
  const classes = [...new Set(tallies.flatMap(({ failed }) => [...failed.keys()]))].sort();
  const kinds = new Set(faults.flatMap((counts) => Object.keys(counts) as (keyof FaultCounts)[]));
  return [
    ['', ...tallies.map((_, index) => `upstream ${index + 1}`), 'all'],
    row('asked', tallies, ({ asked }) => asked),
    row('answered', tallies, ({ answered }) => answered),
    row('wrong answers', tallies, ({ wrong }) => wrong),
    ...classes.map((of) => row(`failed: ${of}`, tallies, ({ failed }) => failed.get(of) ?? 0)),
    row('failed otherwise', tallies, ({ strangeCount }) => strangeCount),
    row('never settled', unsettled, Number),
    row('connections made', stats, ({ created }) => created),
    row('retries', stats, ({ retries }) => retries),
    ...[...kinds].sort().map((kind) => row(`fault: ${kind}`, faults, (of) => of[kind] ?? 0)),
  ];
}

function sum<T>(list: readonly T[], pick: (of: T) => number): number {
  return list.reduce((total, of) => total + pick(of), 0);
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}
