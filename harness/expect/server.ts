/** What a server under test met and said. Pure. */
import type { Event } from '../event.ts';
import { connectionNumber, type Timeline } from '../timeline.ts';
import type { Expectation } from './expectation.ts';
import { beforeClosing, isReset } from './facts.ts';
import type { Finding } from './finding.ts';
import { formatSequences } from './sequence.ts';
import { failureOf } from './system-calls.ts';

type Of<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;

export function findServerErrors({ sequences }: Of<'server-errors'>, timeline: Timeline): Finding {
  const met = new Map<number, string[]>();
  let calls = 0;
  for (const event of beforeClosing(timeline)) {
    if (event.source === 'syscalls' && event.side === 'upstream') calls += 1;
    const token = tokenOf(event);
    const tuple = 'tuple' in event ? event.tuple : undefined;
    const number = tuple && connectionNumber(timeline, tuple);
    if (token && number) met.set(number, [...(met.get(number) ?? []), token]);
  }
  const wanted = sequences.map((tokens, index) => ({ connection: index + 1, tokens }));
  const want = formatSequences(wanted.filter(({ tokens }) => tokens.length > 0));
  const got = formatSequences(
    [...met].sort(([a], [b]) => a - b).map(([connection, tokens]) => ({ connection, tokens })),
  );
  return {
    // A server of which no call was seen has not been watched.
    holds: want === got && calls > 0,
    expected: want,
    actual: calls === 0 ? 'no system call of a server was seen' : got,
    next: 'compare the upstream and wire lanes of the ladder',
  };
}

function tokenOf(event: Event): string | undefined {
  if (event.source === 'wire') return event.from === 'client' && isReset(event) ? 'RST' : undefined;
  return event.source === 'syscalls' && event.side === 'upstream' ? failureOf(event) : undefined;
}

export function findServerLogs({ pattern, times }: Of<'server-logs'>, timeline: Timeline): Finding {
  const lines = beforeClosing(timeline).flatMap((event) =>
    event.source === 'upstream' && event.type === 'log' ? [event.text] : [],
  );
  const hasFailed = timeline.events.some((e) => e.source === 'upstream' && e.type === 'failed');
  const matching = lines.filter((line) => new RegExp(pattern).test(line));
  return {
    // Of one that broke down nobody knows what it would have said.
    holds: matching.length === times && !hasFailed,
    expected: `${times} lines like /${pattern}/`,
    actual: `${matching.length}`,
    where: lines.length === 0 ? 'the server logged nothing' : lines.join(' | '),
    next: "read the server's log in the ladder",
  };
}
