/** The diagram of one execution in a box of its own, its connections, and the same as a table. */
import { connectionNumber, type Timeline } from '../../../harness/timeline.ts';
import type { Payload } from '../../source.ts';
import { printable } from '../../text/printable.ts';
import { durationText } from '../../words.ts';
import { LadderDrawing, timeLabel } from './drawing.tsx';
import { type LaneTitles, laneTitles } from './geometry.ts';
import { type Ladder, ladderOf } from './layout.ts';
import { Payloads } from './payloads.tsx';
import { relatedEvents } from './related.ts';
import type { EventRow, Row, RowOptions } from './rows.ts';

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

/** Attributes by which a script finds an event, and what belongs to it. */
const marks = ({ index }: EventRow, groups: GroupsOf) => ({
  'data-e': index,
  'data-g': groups(index),
});

function EventLine({ row, titles, groups }: { row: Row; titles: LaneTitles; groups: GroupsOf }) {
  if (row.kind !== 'event') {
    return (
      <tr class="pause">
        <td colSpan={4} />
        <td>{textOf(row)}</td>
      </tr>
    );
  }
  const { event, lane, phrase, isTeardown } = row;
  const isWire = event.source === 'wire';
  const direction = isWire ? ` to-${event.from === 'client' ? 'upstream' : 'client'}` : '';
  return (
    <tr
      class={`${lane}${direction} ${phrase.tone}${isTeardown ? ' late' : ''}`}
      {...marks(row, groups)}
    >
      <td>{timeLabel(row.atUs)}</td>
      <td>{whereOf(row, titles)}</td>
      <td>{row.connection === undefined ? '' : `#${row.connection}`}</td>
      <td>{isWire ? event.frame : ''}</td>
      <td>{phrase.text}</td>
    </tr>
  );
}

/** Leaner than the page's other tables: it has a line for each event of a run. */
function EventsTable(props: { ladder: Ladder; titles: LaneTitles; groups: GroupsOf }) {
  const { ladder, titles, groups } = props;
  return (
    <div class="as-table">
      <table>
        <caption class="aside">The same events as a table</caption>
        <thead>
          <tr>
            {['ms', 'where', '#', 'frame', 'event'].map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ladder.rows.map((row) => (
            <EventLine row={row} titles={titles} groups={groups} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Which of the two is shown. Neither is chosen at first: a narrow screen then shows the table. */
function Views({ anchor }: { anchor: string }) {
  return (
    <fieldset class="views">
      <legend class="aside">show events as</legend>
      {(['diagram', 'table'] as const).map((view) => (
        <label class={view}>
          <input type="radio" class={`to-${view}`} name={`${anchor}-view`} value={view} />
          {view}
        </label>
      ))}
    </fieldset>
  );
}

/** Names of an event's groups, by its position in the timeline. */
type GroupsOf = (index: number) => string | undefined;

/** @param drawn Positions of the events that are drawn: one that is alone among them belongs to none. */
function groupNames(timeline: Timeline, drawn: ReadonlySet<number>): GroupsOf {
  const names = new Map<number, string>();
  for (const [number, group] of relatedEvents(timeline).entries()) {
    const members = group.filter((index) => drawn.has(index));
    if (members.length < 2) continue;
    for (const index of members) {
      const before = names.get(index);
      names.set(index, before === undefined ? String(number) : `${before} ${number}`);
    }
  }
  return (index) => names.get(index);
}

/** `anchor` begins the ids of the frames in the picture. */
export function LadderSection(props: {
  timeline: Timeline;
  payloads: ReadonlyMap<number, Payload>;
  anchor: string;
  label: string;
  titles?: LaneTitles;
  options?: RowOptions;
}) {
  const { timeline, payloads, anchor, label, titles = laneTitles, options } = props;
  const ladder = ladderOf(timeline, options);
  const groups = groupNames(timeline, new Set(ladder.cells.map(({ row }) => row.index)));
  return (
    <div class="ladder-section">
      <Gaps timeline={timeline} />
      <Connections timeline={timeline} />
      <div class="ladder-head">
        <Views anchor={anchor} />
        <a href="#legend">How to read the diagram</a>
      </div>
      <section class="scroll" tabindex={0} aria-label={label}>
        <LadderDrawing ladder={ladder} anchor={anchor} label={label} titles={titles} />
      </section>
      <EventsTable ladder={ladder} titles={titles} groups={groups} />
      <Payloads
        events={ladder.cells.map(({ row }) => row.event)}
        payloads={payloads}
        anchor={anchor}
      />
    </div>
  );
}
