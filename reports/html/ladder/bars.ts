/** Kernel states as bars beside the wire. Pure. */
import type { Side, TcpState } from '../../../harness/event.ts';
import { barGap, barWidth, type LaneSpans, mostBars } from './geometry.ts';
import type { EventRow, Row } from './rows.ts';

/** One state of one side of a connection, from the row that shows it to the row that ends it. */
export interface StateBar {
  side: Side;
  state: TcpState;
  connection: number;
  /** Counted from 0, outwards from the wire. */
  column: number;
  top: number;
  bottom: number;
  /** The longest part of it that no fold hides. */
  label: Extent;
  isTeardown: boolean;
}

export interface Extent {
  top: number;
  bottom: number;
}

interface Life {
  connection: number;
  /** From its first to its last state, so that a column can be used again afterwards. */
  top: number;
  bottom: number;
  states: EventRow[];
}

const middle = (row: EventRow) => row.top + row.height / 2;

function livesOf(rows: readonly Row[], side: Side, bottom: number): Life[] {
  const lives = new Map<number, Life>();
  for (const row of rows) {
    if (row.kind !== 'event' || row.connection === undefined) continue;
    const { event, connection } = row;
    if (event.source !== 'sockets' || event.side !== side) continue;
    const life = lives.get(connection) ?? { connection, top: middle(row), bottom, states: [] };
    life.states.push(row);
    life.bottom = event.state === 'CLOSED' ? middle(row) : bottom;
    lives.set(connection, life);
  }
  return [...lives.values()].sort((a, b) => a.top - b.top);
}

/** The longest stretch from `top` to `bottom` that lies between breaks of the diagram. */
function longestClear(rows: readonly Row[], { top, bottom }: Extent): Extent {
  let best: Extent = { top, bottom: top };
  let from = top;
  const breaks = rows.filter(({ kind }) => kind !== 'event');
  for (const { top: end, height } of [...breaks, { top: bottom, height: 0 }]) {
    const to = Math.min(end, bottom);
    if (to - from > best.bottom - best.top) best = { top: from, bottom: to };
    from = Math.max(from, end + height);
  }
  return best;
}

function barsOfLife(rows: readonly Row[], life: Life, side: Side, column: number): StateBar[] {
  return life.states.flatMap((row, index) => {
    const { event, isTeardown } = row;
    if (event.source !== 'sockets' || event.state === 'CLOSED') return [];
    const next = life.states[index + 1];
    const extent = {
      top: middle(row),
      bottom: next === undefined ? life.bottom : middle(next),
    };
    return [
      {
        side,
        state: event.state,
        connection: life.connection,
        column,
        ...extent,
        label: longestClear(rows, extent),
        isTeardown,
      },
    ];
  });
}

/** The bars of both sides. A column is free again when its connection is closed. */
export function barsOf(rows: readonly Row[]): StateBar[] {
  const last = rows.at(-1);
  const bottom = last === undefined ? 0 : last.top + last.height;
  return (['client', 'upstream'] as const).flatMap((side) => {
    const columnEnds: number[] = [];
    return livesOf(rows, side, bottom).flatMap((life) => {
      const free = columnEnds.findIndex((end) => end <= life.top);
      const column = free === -1 ? columnEnds.length : free;
      if (column >= mostBars) return [];
      columnEnds[column] = life.bottom;
      return barsOfLife(rows, life, side, column);
    });
  });
}

export function columnsUsed(bars: readonly StateBar[]): number {
  return bars.reduce((most, { column }) => Math.max(most, column + 1), 0);
}

/** Left edge of a bar: the first column is the one next to the wire, on either side. */
export function barLeft({ side, column }: StateBar, spans: LaneSpans): number {
  const offset = column * (barWidth + barGap) + barGap + 2;
  return side === 'client'
    ? spans.clientKernel.left + spans.clientKernel.width - offset - barWidth
    : spans.upstreamKernel.left + offset;
}
