/** The packets of connections as the wire recorder of a run tells them. */
import type { ExplainedConnection } from '../../../explain/result.ts';
import type { WireEvent } from '../../event.ts';
import type { RecordedEndpoint } from '../../evidence.ts';
import { wireEvents } from '../../recorders/wire-events.ts';
import { type PacketsOf, packetsOf } from './packets.ts';
import type { Ladder } from './reporter.ts';

/** Throws a UserError for what can no longer be read. */
export async function laddersOf(
  file: string,
  connections: readonly ExplainedConnection[],
): Promise<Ladder[]> {
  return (await packetsOf(file, connections)).map(ladderOf);
}

function ladderOf({ connection, packets, leftOut }: PacketsOf): Ladder {
  const { client, upstream } = connection;
  const events = wireEvents(packets, [endpointOf(connection)]).map(
    (event): WireEvent => ({ ...event, frame: packets[event.frame - 1]?.frame ?? event.frame }),
  );
  const tuple = events[0]?.tuple ?? `${client.address}->${upstream.address}`;
  // Diagrams number a connection by its place.
  const others = Array.from({ length: connection.number - 1 }, () => '');
  return {
    connection,
    timeline: { connections: [...others, tuple], events, gaps: [] },
    packetsLeftOut: leftOut,
  };
}

/** What the recorder can read beyond bytes is DNS. */
function endpointOf({ transport, protocol, upstream }: ExplainedConnection): RecordedEndpoint {
  const port = Number(upstream.address.slice(upstream.address.lastIndexOf(':') + 1));
  return { port, transport, protocol: protocol === 'dns' ? `dns-${transport}` : 'raw' };
}
