/**
 * Names the connections whose port no system call has shown, from the capture. Pure.
 *
 * A connection that is refused has a port only as long as connect(2) lasts, and a socket of UDP may be
 * bound to every address. On the wire both are known.
 */
import type { RecordedEvent, SyscallEvent, WireEvent } from '../../event.ts';
import { isOpening } from '../../packets.ts';

/** How a client's end is written as long as its port is not known. */
export const unknownEnd = (inode: string) => `inode-${inode || 'unknown'}:0`;

const isIncomplete = ({ tuple }: SyscallEvent) =>
  /^(?:inode-\w+:0|0\.0\.0\.0:|\[::\]:)/.test(tuple);

/** The same events in the same order. What the capture does not show keeps the name that it has. */
export function completeTuples(
  recorded: readonly RecordedEvent[],
  wire: readonly WireEvent[],
): RecordedEvent[] {
  const calls = recorded.filter((event) => event.source === 'syscalls');
  const incomplete = calls.filter(isIncomplete);
  if (incomplete.length === 0) return [...recorded];
  const claimed = new Set(calls.filter((call) => !isIncomplete(call)).map(({ tuple }) => tuple));
  const openings = wire.filter(isOpening);
  const names = new Map<string, string>();
  for (const call of incomplete) {
    if (names.has(call.tuple)) continue;
    const found = openings.find((packet) => !claimed.has(packet.tuple) && isOf(call, packet));
    if (!found) continue;
    claimed.add(found.tuple);
    names.set(call.tuple, found.tuple);
  }
  return recorded.map((event) =>
    event.source === 'syscalls'
      ? { ...event, tuple: names.get(event.tuple) ?? event.tuple }
      : event,
  );
}

function isOf({ tuple, atUs, tookUs = 0 }: SyscallEvent, packet: WireEvent): boolean {
  const [own = '', other] = tuple.split('->');
  const [client = '', upstream] = packet.tuple.split('->');
  if (other !== upstream) return false;
  const port = own.slice(own.lastIndexOf(':'));
  // Told when it began or when it returned, the call holds the moment at which the packet was sent.
  return port === ':0' ? Math.abs(packet.atUs - atUs) <= tookUs : client.endsWith(port);
}
