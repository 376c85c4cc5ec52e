/** Phrases about a trace that several reports share. */
import type { Timeline } from '../../harness/timeline.ts';
import type { Ending, TracedConnection, TraceResult } from '../../harness/trace-result.ts';
import { printable } from '../text/printable.ts';

/** `the upstream closed first, with FIN, frame 8` */
export function endingText(ending: Ending): string {
  switch (ending.kind) {
    case 'closed':
      return `the ${ending.by} closed first, with ${ending.flag}, frame ${ending.frame}`;
    case 'refused':
      return `refused, frame ${ending.frame}`;
    case 'open':
      return 'nobody closed it';
    case 'datagrams':
      return 'UDP, nothing is closed';
    case 'unknown':
      return 'unknown: no packet of it was captured';
  }
}

/** `RST, EPIPE, EOF`, or `none`. */
export function errorsText({ errors }: TracedConnection): string {
  return errors.length === 0 ? 'none' : errors.map(printable).join(', ');
}

/** `TCP, the program is the client` */
export function kindText({ transport, side }: TracedConnection): string {
  const parts = [
    ...(transport === null ? [] : [transport.toUpperCase()]),
    ...(side === null ? [] : [`the program is ${side === 'both' ? 'both ends' : `the ${side}`}`]),
  ];
  return parts.join(', ');
}

/** `exit code 1`, `killed by SIGTERM` */
export function exitText({ exit: { code, signal } }: TraceResult): string {
  return signal === null ? `exit code ${code}` : `killed by ${printable(signal)}`;
}

/** As a shell would read it back. */
export function commandText({ command }: TraceResult): string {
  const words = command.map((word) =>
    /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  return printable(words.join(' '));
}

export function tookMs({ startedAt, finishedAt }: TraceResult): number {
  return Date.parse(finishedAt) - Date.parse(startedAt);
}

/** What happened on one connection, with the numbers of the whole. */
export function partOf({ timeline }: TraceResult, { tuple }: TracedConnection): Timeline {
  const events = timeline.events.filter((event) => 'tuple' in event && event.tuple === tuple);
  return { connections: timeline.connections, events, gaps: [] };
}

/** Time is counted from the first event of all connections, so that they compare. */
export function startUsOf({ timeline }: TraceResult): number {
  return timeline.events[0]?.atUs ?? 0;
}
