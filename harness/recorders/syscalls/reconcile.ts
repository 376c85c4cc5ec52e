/**
 * What the capture knows better than strace: ports that no call has shown, and which came first. Pure.
 *
 * A connection that is refused has a port only as long as connect(2) lasts, and a socket of UDP may be
 * bound to every address. As for time: strace notes it, prints the arguments, lets the call begin, and then
 * says how long it took. When the call returned is not known to the microsecond.
 */
import type { RecordedEvent, SyscallEvent, WireEvent } from '../../event.ts';
import { isOpening, isRefusal } from '../../packets.ts';

/** How a client's end is written as long as its port is not known. */
export const unknownEnd = (inode: string) => `inode-${inode || 'unknown'}:0`;

const isIncomplete = ({ tuple }: SyscallEvent) =>
  /^(?:inode-\w+:0|0\.0\.0\.0:\d+|\[::\]:\d+)->/.test(tuple);

/** How long strace may take to print the arguments: it looks sockets up among all of the machine's. */
const printUs = 10_000;

/** The same events. What the capture does not show stays as it is. */
export function reconcile(
  recorded: readonly RecordedEvent[],
  wire: readonly WireEvent[],
): RecordedEvent[] {
  if (!recorded.some(({ source }) => source === 'syscalls')) return [...recorded];
  const names = namesOf(
    recorded.filter((event) => event.source === 'syscalls'),
    wire,
  );
  const ends = endsOf(wire);
  return recorded.map((event) => {
    if (event.source !== 'syscalls') return event;
    const tuple = names.get(event.tuple) ?? event.tuple;
    return afterItsCause({ ...event, tuple }, ends.get(tuple) ?? []);
  });
}

/** By the incomplete name, the whole one. */
function namesOf(
  calls: readonly SyscallEvent[],
  wire: readonly WireEvent[],
): ReadonlyMap<string, string> {
  const claimed = new Set(calls.filter((call) => !isIncomplete(call)).map(({ tuple }) => tuple));
  const openings = wire.filter(isOpening);
  const names = new Map<string, string>();
  for (const call of calls) {
    if (!isIncomplete(call) || names.has(call.tuple)) continue;
    const found = openings.find((packet) => !claimed.has(packet.tuple) && isOf(call, packet));
    if (!found) continue;
    claimed.add(found.tuple);
    names.set(call.tuple, found.tuple);
  }
  return names;
}

function isOf({ tuple, atUs, tookUs = 0 }: SyscallEvent, packet: WireEvent): boolean {
  const [own = '', other] = tuple.split('->');
  const [client = '', upstream] = packet.tuple.split('->');
  if (other !== upstream) return false;
  const port = own.slice(own.lastIndexOf(':'));
  if (port !== ':0') return client.endsWith(port);
  // Told when it began or when it returned, the call holds the moment at which the packet was sent.
  return packet.atUs >= atUs - tookUs && packet.atUs <= atUs + tookUs + printUs;
}

/** Packets that end a connection, by connection. */
function endsOf(wire: readonly WireEvent[]): ReadonlyMap<string, WireEvent[]> {
  const ends = new Map<string, WireEvent[]>();
  for (const packet of wire) {
    if (!packet.flags.includes('FIN') && !isRefusal(packet)) continue;
    const before = ends.get(packet.tuple);
    if (before) before.push(packet);
    else ends.set(packet.tuple, [packet]);
  }
  return ends;
}

/** What only an RST, or a FIN, or ICMP brings about. */
const caused = new Set(['EOF', 'EPIPE', 'ECONNRESET', 'ECONNREFUSED']);

/** A process can only report what its kernel has done, so the packet that ended it came before. */
function afterItsCause(call: SyscallEvent, ends: readonly WireEvent[]): SyscallEvent {
  if (call.error === undefined || !caused.has(call.error)) return call;
  const side = call.side ?? 'client';
  const cause = ends.find(
    (packet) => packet.from !== side && (call.error === 'EOF' || isRefusal(packet)),
  );
  const isLate = cause && cause.atUs > call.atUs && cause.atUs <= call.atUs + printUs;
  return isLate ? { ...call, atUs: cause.atUs } : call;
}
