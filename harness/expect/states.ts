/** The kernel's states over all connections. Pure. */
import type { TcpState } from '../event.ts';
import type { Timeline } from '../timeline.ts';
import type { Expectation } from './expectation.ts';
import { beforeClosing } from './facts.ts';
import type { Finding } from './finding.ts';

type ConnectionsIn = Extract<Expectation, { kind: 'connections-in' }>;

export function findConnectionsIn(
  { side, state, count }: ConnectionsIn,
  timeline: Timeline,
): Finding {
  const last = new Map<string, TcpState>();
  for (const event of beforeClosing(timeline)) {
    if (event.source === 'sockets' && event.side === side) last.set(event.tuple, event.state);
  }
  const there = [...last].filter(([, now]) => now === state);
  const counts = new Map<TcpState, number>();
  for (const now of last.values()) counts.set(now, (counts.get(now) ?? 0) + 1);
  return {
    holds: there.length === count,
    expected: `${state} ${count}`,
    actual: [...counts].map(([now, times]) => `${now} ${times}`).join(', ') || 'no state recorded',
    where: there.map(([tuple]) => tuple).join(', '),
    next: 'look at the kernel lanes of the ladder',
  };
}
