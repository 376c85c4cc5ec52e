/** A trace on a terminal: for each connection its end, its errors, and then event by event. */
import type { Event } from '../../harness/event.ts';
import type { TracedConnection } from '../../harness/trace-result.ts';
import { timeLabel } from '../html/ladder/drawing.tsx';
import { type Row, rowsOf } from '../html/ladder/rows.ts';
import type { Tone } from '../html/ladder/words.ts';
import type { RenderOptions, TraceSource } from '../source.ts';
import { styled } from '../terminal/style.ts';
import { clip, wrap } from '../text/columns.ts';
import { printable } from '../text/printable.ts';
import { durationText } from '../words.ts';
import {
  commandText,
  endingText,
  errorsText,
  exitText,
  kindText,
  partOf,
  startUsOf,
  tookMs,
} from './words.ts';

/** Of one connection: what is left out is in the other reports. */
const rowOptions = { foldAfterUs: 50_000, mostEvents: 60 };
/** More connections than this are only counted. */
const connectionsMax = 20;

const timeColumns = 10;
/** Packets stand to the right of what the program did. */
const wireIndent = ' '.repeat(20);

const formats: Readonly<Record<Tone, Parameters<typeof styled>[0] | undefined>> = {
  quiet: 'dim',
  plain: undefined,
  good: 'green',
  notice: 'yellow',
  bad: ['red', 'bold'],
};

function toned(tone: Tone, text: string, options: RenderOptions): string {
  const format = formats[tone];
  return format ? styled(format, text, options) : text;
}

/** `→` leaves the program, `←` comes to it. */
function eventText(event: Event, text: string, isUpstream: boolean): string {
  if (event.source !== 'wire') return text;
  const isOut = (event.from === 'upstream') === isUpstream;
  return `${wireIndent}${isOut ? '→' : '←'} f${event.frame} ${text}`;
}

function rowLine(row: Row, isUpstream: boolean, options: RenderOptions): string {
  const room = options.widthColumns - timeColumns - 2;
  if (row.kind !== 'event') {
    const text =
      row.kind === 'omitted'
        ? `${row.count} events left out, see the report`
        : `${durationText(row.kind === 'fold' ? row.foldedUs / 1000 : 0)} of silence`;
    return styled('dim', `${' '.repeat(timeColumns)}  ⋮ ${text}`, options);
  }
  const time = timeLabel(row.atUs).padStart(timeColumns);
  const text = clip(eventText(row.event, row.phrase.text, isUpstream), room);
  return `${styled('dim', time, options)}  ${toned(row.phrase.tone, text, options)}`;
}

function connectionLines(
  source: TraceSource,
  connection: TracedConnection,
  options: RenderOptions,
): string[] {
  const { trace } = source;
  const shown = { ...rowOptions, startUs: startUsOf(trace) };
  const head = `#${connection.connection} ${printable(connection.tuple)}`;
  const errors = errorsText(connection);
  return [
    '',
    `${styled('bold', head, options)}  ${styled('dim', kindText(connection), options)}`,
    `   errors ${errors === 'none' ? errors : styled(['red', 'bold'], errors, options)}`,
    `   ended  ${endingText(connection.ending)}`,
    ...rowsOf(partOf(trace, connection), shown).map((row) =>
      rowLine(row, connection.side === 'upstream', options),
    ),
  ];
}

export function terminal(source: TraceSource, options: RenderOptions): string {
  const { trace } = source;
  const name = styled('bold', `pipewrench ${printable(trace.machine.pipewrench)}`, options);
  const facts = `${exitText(trace)} · ${durationText(tookMs(trace))}`;
  const shown = trace.connections.slice(0, connectionsMax);
  const left = trace.connections.length - shown.length;
  const gaps = trace.timeline.gaps.flatMap(({ recorder, reason }) =>
    wrap(
      `evidence is missing (${recorder}): ${printable(reason)}`,
      Math.max(20, options.widthColumns),
    ).map((line) => styled(['yellow', 'bold'], line, options)),
  );
  return `${[
    `${name} · trace · ${facts}`,
    styled('dim', clip(commandText(trace), options.widthColumns), options),
    ...gaps,
    ...(shown.length === 0 ? ['', 'no connection was seen'] : []),
    ...shown.flatMap((connection) => connectionLines(source, connection, options)),
    ...(left > 0 ? ['', `${left} more connections, see the report`] : []),
    '',
  ].join('\n')}\n`;
}
