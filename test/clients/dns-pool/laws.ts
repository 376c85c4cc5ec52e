/** Laws of the pool that its events show. */
import type { PoolEvent } from './recorder.ts';

const tupleOf = (event: PoolEvent) => ('tuple' in event ? (event.tuple ?? '') : '');

/** Between a fresh checkout and the first bytes received nobody else is lent the connection. */
export function isFreshUntilAnswered(events: readonly PoolEvent[]): boolean {
  const fresh = new Set<string>();
  for (const event of events) {
    const tuple = tupleOf(event);
    if (event.type === 'checkout') {
      if (fresh.has(tuple)) return false;
      if (!event.reused) fresh.add(tuple);
    }
    if ((event.type === 'io' && event.call === 'recv') || event.type === 'destroy') {
      fresh.delete(tuple);
    }
  }
  return true;
}

/** After the kernel has told of an end or an error, nothing but the destroying may follow. */
export function isNeverLentDead(events: readonly PoolEvent[]): boolean {
  const dead = new Set<string>();
  for (const event of events) {
    const tuple = tupleOf(event);
    // The kernel may give the port of a dead connection to a new one.
    if (event.type === 'connected') dead.delete(tuple);
    if ((event.type === 'checkout' || event.type === 'io') && dead.has(tuple)) return false;
    if (event.type === 'io' && event.error !== undefined) dead.add(tuple);
    if (event.type === 'destroy') dead.add(tuple);
  }
  return true;
}
