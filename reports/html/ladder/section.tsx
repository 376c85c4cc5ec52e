/** The diagram of one execution in a box of its own, its connections, and the same as a table. */
import type { Timeline } from '../../../harness/timeline.ts';
import { printable } from '../../text/printable.ts';
import { durationText } from '../../words.ts';
import { LadderDrawing, timeLabel } from './drawing.tsx';
import { laneTitles } from './geometry.ts';
import { type Ladder, ladderOf } from './layout.ts';
import type { Row } from './rows.ts';

function Connections({ timeline }: { timeline: Timeline }) {
  if (timeline.connections.length === 0) return null;
  return (
    <ul class="connections" aria-label="connections">
      {timeline.connections.map((tuple, index) => (
        <li>
          <b>{`#${index + 1}`}</b> <code>{printable(tuple)}</code>
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

function whereOf(row: Row): string {
  if (row.kind !== 'event') return '';
  if (row.event.source !== 'wire') return laneTitles[row.lane];
  return row.event.from === 'client' ? 'wire, to upstream' : 'wire, to client';
}

function EventLine({ row }: { row: Row }) {
  const isEvent = row.kind === 'event';
  return (
    <tr>
      <td>{isEvent ? timeLabel(row.atUs) : ''}</td>
      <td>{whereOf(row)}</td>
      <td>{isEvent && row.connection !== undefined ? `#${row.connection}` : ''}</td>
      <td>{isEvent && row.event.source === 'wire' ? row.event.frame : ''}</td>
      <td>{textOf(row)}</td>
    </tr>
  );
}

/** Leaner than the page's other tables: it has a line for each event of a run. */
function EventsTable({ ladder }: { ladder: Ladder }) {
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
            <EventLine row={row} />
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** `anchor` begins the ids of the frames in the picture. */
export function LadderSection(props: { timeline: Timeline; anchor: string; label: string }) {
  const { timeline, anchor, label } = props;
  const ladder = ladderOf(timeline);
  return (
    <div class="ladder-section">
      <Gaps timeline={timeline} />
      <Connections timeline={timeline} />
      <section class="scroll" aria-label={label}>
        {/* A link within the box lets the keyboard reach it, and then scroll it. */}
        <p class="hint">
          <a href="#legend">How to read the diagram</a>
        </p>
        <LadderDrawing ladder={ladder} anchor={anchor} label={label} />
      </section>
      <EventsTable ladder={ladder} />
    </div>
  );
}
