/** The diagram of one execution in a box of its own, its connections, and the same as a table. */
import { connectionNumber, type Timeline } from '../../../harness/timeline.ts';
import { printable } from '../../text/printable.ts';
import { durationText } from '../../words.ts';
import { LadderDrawing, timeLabel } from './drawing.tsx';
import { type LaneTitles, laneTitles } from './geometry.ts';
import { type Ladder, ladderOf } from './layout.ts';
import type { Row, RowOptions } from './rows.ts';

function Connections({ timeline }: { timeline: Timeline }) {
  const seen = new Set(timeline.events.map((event) => ('tuple' in event ? event.tuple : '')));
  const shown = timeline.connections.filter((tuple) => seen.has(tuple));
  if (shown.length === 0) return null;
  return (
    <ul class="connections" aria-label="connections">
      {shown.map((tuple) => (
        <li>
          <b>{`#${connectionNumber(timeline, tuple)}`}</b> <code>{printable(tuple)}</code>
        </li>
      ))}
    </ul>
  );
}

function Gaps({ timeline }: { timeline: Timeline }) {
  return (
    <>
      {timeline.gaps.map(({ recorder, reason }) => (
        <p class="gap">
          <b>{`Evidence is missing from the ${recorder} recorder: `}</b>
          {printable(reason)}
        </p>
      ))}
    </>
  );
}

function textOf(row: Row): string {
  switch (row.kind) {
    case 'event':
      return row.phrase.text;
    case 'fold':
      return `${durationText(row.foldedUs / 1000)} of silence`;
    case 'omitted':
      return `${row.count} events left out, see the timeline file`;
    case 'teardown':
      return 'teardown: the client was asked to close, what follows is not judged';
  }
}

function whereOf(row: Row, titles: LaneTitles): string {
  if (row.kind !== 'event') return '';
  if (row.event.source !== 'wire') return titles[row.lane];
  return row.event.from === 'client' ? 'wire, to upstream' : 'wire, to client';
}

function EventLine({ row, titles }: { row: Row; titles: LaneTitles }) {
  const isEvent = row.kind === 'event';
  return (
    <tr>
      <td>{isEvent ? timeLabel(row.atUs) : ''}</td>
      <td>{whereOf(row, titles)}</td>
      <td>{isEvent && row.connection !== undefined ? `#${row.connection}` : ''}</td>
      <td>{isEvent && row.event.source === 'wire' ? row.event.frame : ''}</td>
      <td>{textOf(row)}</td>
    </tr>
  );
}

/** Leaner than the page's other tables: it has a line for each event of a run. */
function EventsTable({ ladder, titles }: { ladder: Ladder; titles: LaneTitles }) {
  return (
    <details class="events">
      <summary>The same events as a table</summary>
      <table>
        <thead>
          <tr>
            {['ms', 'where', '#', 'frame', 'event'].map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ladder.rows.map((row) => (
            <EventLine row={row} titles={titles} />
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** `anchor` begins the ids of the frames in the picture. */
export function LadderSection(props: {
  timeline: Timeline;
  anchor: string;
  label: string;
  titles?: LaneTitles;
  options?: RowOptions;
}) {
  const { timeline, anchor, label, titles = laneTitles, options } = props;
  const ladder = ladderOf(timeline, options);
  return (
    <div class="ladder-section">
      <Gaps timeline={timeline} />
      <Connections timeline={timeline} />
      <section class="scroll" aria-label={label}>
        {/* A link within the box lets the keyboard reach it, and then scroll it. */}
        <p class="hint">
          <a href="#legend">How to read the diagram</a>
        </p>
        <LadderDrawing ladder={ladder} anchor={anchor} label={label} titles={titles} />
      </section>
      <EventsTable ladder={ladder} titles={titles} />
    </div>
  );
}
