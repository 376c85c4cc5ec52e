/** The ladder as SVG. Sizes and texts come from the layout; colours from the style sheet. */
import { durationText } from '../../words.ts';
import { stateColour } from '../palette.ts';
import { Arrow } from './arrow.tsx';
import { barLeft, type StateBar } from './bars.ts';
import { barWidth, headHeight, type LaneTitles, lanes } from './geometry.ts';
import { Glyph, glyphOf } from './glyph.tsx';
import type { Cell, Ladder } from './layout.ts';
import type { Row } from './rows.ts';

/** Milliseconds since the first event, to the microsecond that the clock has. */
export function timeLabel(atUs: number): string {
  return (atUs / 1000).toFixed(3);
}

function Head({ ladder, titles }: { ladder: Ladder; titles: LaneTitles }) {
  const { spans, height } = ladder;
  const rails = [spans.wire.left, spans.wire.left + spans.wire.width];
  return (
    <>
      <text class="lane" x={spans.time.width - 10} y={20} text-anchor="end">
        ms
      </text>
      {lanes.map((lane) => (
        <text class="lane" x={spans[lane].left + spans[lane].width / 2} y={20} text-anchor="middle">
          {titles[lane]}
        </text>
      ))}
      <path class="rule" d={`M0 ${headHeight - 8}H${ladder.width}`} />
      {rails.map((x) => (
        <path class="rail" d={`M${x} ${headHeight - 8}V${height}`} />
      ))}
    </>
  );
}

function Bar({ bar, ladder }: { bar: StateBar; ladder: Ladder }) {
  const left = barLeft(bar, ladder.spans);
  const centre = left + barWidth / 2;
  const middle = (bar.label.top + bar.label.bottom) / 2;
  const label = `#${bar.connection} ${bar.state}`;
  // A label of its own only where it fits; the row that begins the bar names the state anyway.
  const isRoomy = bar.label.bottom - bar.label.top >= label.length * 5.6 + 8;
  return (
    <g class={`bar ${stateColour[bar.state]}${bar.isTeardown ? ' late' : ''}`}>
      <title>{`connection ${label}, ${bar.side}`}</title>
      <rect x={left} y={bar.top} width={barWidth} height={bar.bottom - bar.top} rx="2" />
      {isRoomy && (
        <text
          x={centre}
          y={middle}
          dy="3.2"
          text-anchor="middle"
          transform={`rotate(-90 ${centre} ${middle})`}
        >
          {label}
        </text>
      )}
    </g>
  );
}

function Break({ row, ladder }: { row: Exclude<Row, { kind: 'event' }>; ladder: Ladder }) {
  const { top, height } = row;
  const middle = top + height / 2;
  const centre = ladder.spans.wire.left + ladder.spans.wire.width / 2;
  const wave = (y: number) => {
    const waves = Math.ceil(ladder.width / 24);
    return `M0 ${y}${'q6 -5 12 0t12 0'.repeat(waves)}`;
  };
  const label =
    row.kind === 'fold'
      ? `${durationText(row.foldedUs / 1000)} of silence`
      : row.kind === 'omitted'
        ? `${row.count} events left out, ${durationText(row.spannedUs / 1000)}`
        : 'teardown: the client was asked to close, what follows is not judged';
  return (
    <g class={`break ${row.kind}`}>
      {row.kind === 'teardown' ? (
        <path class="cut" d={`M0 ${middle}H${ladder.width}`} />
      ) : (
        <>
          <rect x="0" y={top + 5} width={ladder.width} height={height - 10} />
          <path class="wave" d={wave(top + 5)} />
          <path class="wave" d={wave(top + height - 5)} />
        </>
      )}
      {row.kind === 'teardown' && (
        <rect x={centre - 236} y={top + 4} width="472" height={height - 8} />
      )}
      <text x={centre} y={middle} dy="4" text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

/** The flags of a segment stand out from its numbers and messages. */
function WireText({ cell }: { cell: Cell }) {
  const { event } = cell.row;
  const { content } = cell.text;
  const flags = event.source === 'wire' ? event.flags.join(' ') : '';
  if (flags === '' || !content.startsWith(flags)) return <>{content}</>;
  return (
    <>
      <tspan class="flags">{flags}</tspan>
      {content.slice(flags.length)}
    </>
  );
}

/** SVG's way to write to the left of a point. */
const anchoredAt = (isEnd: boolean) => (isEnd ? ({ 'text-anchor': 'end' } as const) : {});

/** A tenth of a pixel is enough. */
const short = (x: number) => Math.round(x * 10) / 10;

function Badge({ cell, y }: { cell: Cell; y: number }) {
  const { connection } = cell.row;
  if (connection === undefined) return null;
  const isEnd = cell.text.align === 'end';
  const { left, width } = cell.badge;
  return (
    <text
      class={`badge c${(connection - 1) % 4}`}
      x={short(isEnd ? left + width : left)}
      y={y}
      {...anchoredAt(isEnd)}
    >
      {`#${connection}`}
    </text>
  );
}

/** The arrow and, at its far end, the frame in which it was captured. */
function Segment({ cell, ladder, y }: { cell: Cell; ladder: Ladder; y: number }) {
  const { row, frame, text } = cell;
  if (row.event.source !== 'wire' || frame === undefined) return null;
  const isStart = text.align === 'end';
  return (
    <>
      <Arrow event={row.event} wire={ladder.spans.wire} y={19.5} />
      <text
        class="frame"
        x={isStart ? frame.left : frame.left + frame.width}
        y={y}
        {...anchoredAt(!isStart)}
      >
        {`f${row.event.frame}`}
      </text>
    </>
  );
}

function EventCell({ cell, ladder, anchor }: { cell: Cell; ladder: Ladder; anchor: string }) {
  const { row, text } = cell;
  const { event, phrase, top, height } = row;
  const middle = height / 2;
  const isWire = event.source === 'wire';
  const baseline = isWire ? 12 : middle + 4;
  const isEnd = text.align === 'end';
  const hasGlyph = row.lane === 'client' || row.lane === 'upstream';
  return (
    <g
      class={`row ${phrase.tone}${row.isTeardown ? ' late' : ''}`}
      transform={`translate(0 ${top})`}
      data-e={row.index}
      {...(isWire ? { id: `${anchor}-f${event.frame}` } : {})}
    >
      {text.isCut && <title>{phrase.text}</title>}
      <rect class="strip" width={ladder.width} height={height} />
      <text class="time" x={ladder.spans.time.width - 10} y={middle + 4}>
        {timeLabel(row.atUs)}
      </text>
      <Badge cell={cell} y={baseline} />
      {hasGlyph && <Glyph name={glyphOf(event, phrase.tone)} x={text.left - 9} y={middle} />}
      <Segment cell={cell} ladder={ladder} y={baseline} />
      <text
        class={event.source === 'workload' && event.type !== 'step' ? 'caller' : event.source}
        x={short(isEnd ? text.left + text.width : text.left)}
        y={baseline}
        {...anchoredAt(isEnd)}
      >
        <WireText cell={cell} />
      </text>
    </g>
  );
}

/** `anchor` begins the ids of the frames, `label` says what the picture shows. */
export function LadderDrawing(props: {
  ladder: Ladder;
  anchor: string;
  label: string;
  titles: LaneTitles;
}) {
  const { ladder, anchor, label, titles } = props;
  const { width, height, rows } = ladder;
  const teardown = rows.find((row) => row.kind === 'teardown');
  return (
    <svg
      class="ladder"
      xmlns="http://www.w3.org/2000/svg"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {teardown !== undefined && (
        <rect class="after" x="0" y={teardown.top} width={width} height={height - teardown.top} />
      )}
      {rows.map((row, index) =>
        row.kind === 'event' && index % 2 === 1 && !row.isTeardown ? (
          <rect class="zebra" x="0" y={row.top} width={width} height={row.height} />
        ) : null,
      )}
      <Head ladder={ladder} titles={titles} />
      {ladder.bars.map((bar) => (
        <Bar bar={bar} ladder={ladder} />
      ))}
      {rows.map((row) => (row.kind === 'event' ? null : <Break row={row} ladder={ladder} />))}
      {ladder.cells.map((cell) => (
        <EventCell cell={cell} ladder={ladder} anchor={anchor} />
      ))}
    </svg>
  );
}
