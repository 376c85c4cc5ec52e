/** Timeline in, everything a drawing needs out: rows, bars and texts cut to the room they have. */
import type { Timeline } from '../../../harness/timeline.ts';
import { clip, widthOf } from '../../text/columns.ts';
import { barsOf, columnsUsed, type StateBar } from './bars.ts';
import {
  badgeWidth,
  barsWidth,
  cellWidth,
  footHeight,
  frameWidth,
  glyphWidth,
  headHeight,
  indentWidth,
  type LaneSpans,
  laneSpans,
  type Span,
} from './geometry.ts';
import { defaultRowOptions, type EventRow, type Row, type RowOptions, rowsOf } from './rows.ts';

/** Where the parts of an event's row stand. Spans of one row never overlap. */
export interface Cell {
  row: EventRow;
  badge: Span;
  text: Span & { content: string; isCut: boolean; align: 'start' | 'end' };
  /** At the far end of an arrow; only on the wire. */
  frame: Span | undefined;
}

export interface Ladder {
  rows: Row[];
  cells: Cell[];
  bars: StateBar[];
  spans: LaneSpans;
  width: number;
  height: number;
}

const pad = 8;

/** Kernel lanes: the number and the state stand against the bars, on the side away from the wire. */
function stateParts(row: EventRow, spans: LaneSpans, columns: number): Omit<Cell, 'row'> {
  const content = row.phrase.text;
  const width = widthOf(content) * cellWidth;
  const { left, width: laneWidth } = spans[row.lane];
  const badgeLeft =
    row.lane === 'clientKernel'
      ? left + laneWidth - barsWidth(columns) - width - badgeWidth
      : left + barsWidth(columns);
  return {
    badge: { left: badgeLeft, width: badgeWidth },
    text: { left: badgeLeft + badgeWidth, width, content, isCut: false, align: 'start' },
    frame: undefined,
  };
}

function parts(row: EventRow, spans: LaneSpans, columns: number): Omit<Cell, 'row'> {
  const { event, lane, phrase } = row;
  const cut = (span: Span, align: 'start' | 'end') => {
    const content = clip(phrase.text, Math.floor(span.width / cellWidth));
    return { ...span, content, align, isCut: content !== phrase.text };
  };
  const span = spans[lane];
  const right = span.left + span.width;
  if (event.source === 'wire') {
    const width = span.width - 2 * pad - badgeWidth - frameWidth;
    if (event.from === 'client') {
      return {
        badge: { left: span.left + pad, width: badgeWidth },
        text: cut({ left: span.left + pad + badgeWidth, width }, 'start'),
        frame: { left: right - pad - frameWidth, width: frameWidth },
      };
    }
    return {
      badge: { left: right - pad - badgeWidth, width: badgeWidth },
      text: cut({ left: span.left + pad + frameWidth, width }, 'end'),
      frame: { left: span.left + pad, width: frameWidth },
    };
  }
  if (event.source === 'sockets') {
    return stateParts(row, spans, columns);
  }
  const indent = event.source === 'client' ? indentWidth : 0;
  const before = pad + badgeWidth + glyphWidth + indent;
  // A row holds one event, so that where a state's name would stand there is room.
  const beyond = lane === 'client' ? spans.clientKernel.width - barsWidth(columns) : 0;
  return {
    badge: { left: span.left + pad, width: badgeWidth },
    text: cut({ left: span.left + before, width: span.width + beyond - before - pad }, 'start'),
    frame: undefined,
  };
}

export function ladderOf(timeline: Timeline, options: RowOptions = defaultRowOptions): Ladder {
  const rows = rowsOf(timeline, options);
  const bars = barsOf(rows);
  const columns = columnsUsed(bars);
  const spans = laneSpans(columns);
  const last = rows.at(-1);
  const cells = rows
    .filter((row) => row.kind === 'event')
    .map((row) => ({ row, ...parts(row, spans, columns) }));
  return {
    rows,
    cells,
    bars,
    spans,
    width: spans.total,
    height: (last === undefined ? headHeight : last.top + last.height) + footHeight,
  };
}
