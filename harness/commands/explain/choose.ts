/** Which connections of a capture are looked at. */
import type { DiagnosisName } from '../../../explain/diagnosis.ts';
import type { Explained, ExplainedConnection } from '../../../explain/result.ts';
import { UserError } from '../../errors.ts';

export interface Wanted {
  connections: readonly string[];
  ports: readonly string[];
}

/**
 * The same result with the wanted connections alone. Throws a UserError when what was typed is no number, or
 * fits none.
 */
export function choose(explained: Explained, { connections, ports }: Wanted): Explained {
  if (connections.length === 0 && ports.length === 0) return explained;
  const numbers = connections.map(parseConnection);
  const asked = ports.map(parsePort);
  for (const wanted of numbers) mustBeThere(wanted, explained);
  const shown = explained.shown.filter(
    (connection) =>
      (numbers.length === 0 || numbers.some((wanted) => isOne(connection, wanted))) &&
      (asked.length === 0 || asked.some((port) => hasPort(connection, port))),
  );
  if (shown.length === 0) {
    throw new UserError('no connection is left to explain', {
      expected: `one of: ${examplesOf(explained)}`,
      next: 'leave out --port or --connection to see all',
    });
  }
  const upstreams = new Set(shown.map(({ upstream }) => upstream.address));
  return {
    ...explained,
    shown,
    counts: countsOf(shown),
    upstreams: explained.upstreams.filter(({ address }) => upstreams.has(address)),
  };
}

interface Numbered {
  transport: 'tcp' | 'udp';
  number: number;
}

const isOne = (connection: ExplainedConnection, { transport, number }: Numbered) =>
  connection.transport === transport && connection.number === number;

function parseConnection(typed: string): Numbered {
  const [, transport = 'tcp', number] = /^(?:(tcp|udp):)?(\d{1,9})$/.exec(typed) ?? [];
  if (number !== undefined) {
    return { transport: transport === 'udp' ? 'udp' : 'tcp', number: Number(number) };
  }
  throw new UserError(`--connection ${typed} is no connection`, {
    expected: 'a number as the report shows it, with udp: in front of it over UDP',
    next: 'type for example --connection 3 or --connection udp:3',
  });
}

function parsePort(typed: string): number {
  const port = Number(typed);
  if (/^\d{1,5}$/.test(typed) && port <= 65_535) return port;
  throw new UserError(`--port ${typed} is no port`, {
    expected: 'a number from 0 to 65535',
    next: 'type for example --port 5432; it may be repeated',
  });
}

function mustBeThere(wanted: Numbered, explained: Explained): void {
  if (explained.shown.some((connection) => isOne(connection, wanted))) return;
  const { transport, number } = wanted;
  const count = explained.connections[transport];
  const isCounted = number >= 1 && number <= count;
  throw new UserError(`there is no ${transport.toUpperCase()} connection ${number} to show`, {
    expected: isCounted
      ? `one that was kept: nothing is the matter with this one, and only some of those are`
      : `one of the ${count} in the capture`,
    next: `choose one of: ${examplesOf(explained)}`,
  });
}

const examplesMax = 10;

function examplesOf({ shown }: Explained): string {
  const names = shown.slice(0, examplesMax).map(nameOf);
  if (names.length === 0) return 'none, the capture has no connection';
  return `${names.join(', ')}${shown.length > examplesMax ? ', ...' : ''}`;
}

/** As it is typed after --connection. */
export function nameOf({ transport, number }: ExplainedConnection): string {
  return transport === 'udp' ? `udp:${number}` : String(number);
}

function hasPort({ client, upstream }: ExplainedConnection, port: number): boolean {
  return [client, upstream].some(({ address }) => address.endsWith(`:${port}`));
}

function countsOf(shown: readonly ExplainedConnection[]): Explained['counts'] {
  const counts: Partial<Record<DiagnosisName, number>> = {};
  for (const { findings } of shown) {
    for (const { name } of findings) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
