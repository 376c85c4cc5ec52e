/** A trace as one page: how the program ended, and for each connection a ladder diagram. */
import type { TracedConnection, TraceResult } from '../../harness/trace-result.ts';
import { CaptureFile, dataUrl } from '../html/capture-file.tsx';
import { page } from '../html/document.tsx';
import { type LaneTitles, laneTitles } from '../html/ladder/geometry.ts';
import { defaultRowOptions } from '../html/ladder/rows.ts';
import { LadderSection } from '../html/ladder/section.tsx';
import { Legend } from '../html/legend.tsx';
import { Brand, dateText, type Fact, Facts } from '../html/mast.tsx';
import { Table } from '../html/table.tsx';
import { TerminationTable } from '../html/terminations.tsx';
import type { TraceSource } from '../source.ts';
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

const titles: LaneTitles = { ...laneTitles, client: 'client', upstream: 'upstream' };
/** A page of more than these would be too long to read. */
const connectionsMax = 100;

const anchorOf = ({ connection }: TracedConnection) => `connection-${connection}`;

function Errors({ connection }: { connection: TracedConnection }) {
  const isNone = connection.errors.length === 0;
  return <span class={isNone ? 'errors none' : 'errors'}>{errorsText(connection)}</span>;
}

function Masthead({ trace }: { trace: TraceResult }) {
  const facts: readonly Fact[] = [
    ['started', dateText(trace.startedAt)],
    ['took', durationText(tookMs(trace))],
    ['ended with', exitText(trace)],
    ['machine', `kernel ${trace.machine.kernel}, Node ${trace.machine.node}`],
    ['packets', trace.machine.capture],
    ['system calls', trace.syscalls],
  ];
  return (
    <header class="mast" id="top">
      <Brand version={trace.machine.pipewrench} />
      <h1>
        <span class="count">
          <b>{trace.connections.length}</b>{' '}
          {trace.connections.length === 1 ? 'connection' : 'connections'}
        </span>
      </h1>
      {trace.interrupted && <p class="interrupted">The program was interrupted.</p>}
      <Facts facts={facts} command={commandText(trace)} />
    </header>
  );
}

function Overview({ shown }: { shown: readonly TracedConnection[] }) {
  return (
    <Table<TracedConnection>
      class="overview"
      caption="Connections"
      rows={shown}
      columns={[
        {
          title: 'connection',
          class: 'title',
          cell: (connection) => (
            <>
              <a href={`#${anchorOf(connection)}`}>{`#${connection.connection}`}</a>
              <code class="path">{printable(connection.tuple)}</code>
            </>
          ),
        },
        { title: 'kind', cell: kindText },
        { title: 'errors', cell: (connection) => <Errors connection={connection} /> },
        { title: 'end', cell: ({ ending }) => endingText(ending) },
        { title: 'packets', class: 'number', cell: ({ packets }) => packets },
        { title: 'calls', class: 'number', cell: ({ calls }) => calls },
      ]}
    />
  );
}

function Connection({ trace, connection }: { trace: TraceResult; connection: TracedConnection }) {
  const anchor = anchorOf(connection);
  const ends = trace.terminations.filter(({ tuple }) => tuple === connection.tuple);
  return (
    <article id={anchor}>
      <header>
        <h2>
          <a href={`#${anchor}`}>{`#${connection.connection} ${printable(connection.tuple)}`}</a>
        </h2>
        <p class="meta">
          <span>{kindText(connection)}</span>
        </p>
      </header>
      <dl class="outcome">
        <div>
          <dt>error sequence</dt>
          <dd>
            <Errors connection={connection} />
          </dd>
        </div>
        <div>
          <dt>how it ended</dt>
          <dd>{endingText(connection.ending)}</dd>
        </div>
      </dl>
      <h3>What happened, packet by packet</h3>
      <LadderSection
        timeline={partOf(trace, connection)}
        payloads={new Map()}
        anchor={anchor}
        label={`Ladder diagram: ${printable(connection.tuple)}`}
        titles={titles}
        options={{ ...defaultRowOptions, startUs: startUsOf(trace) }}
      />
      <TerminationTable rows={ends} anchor={anchor} />
    </article>
  );
}

export function html({ trace, pcap }: TraceSource): string {
  const shown = trace.connections.slice(0, connectionsMax);
  const left = trace.connections.length - shown.length;
  return page(
    `pipewrench trace: ${commandText(trace)}`,
    <>
      <Masthead trace={trace} />
      <main>
        {trace.timeline.gaps.map(({ recorder, reason }) => (
          <p class="gap">
            <b>{`Evidence is missing from the ${recorder} recorder: `}</b>
            {printable(reason)}
          </p>
        ))}
        <CaptureFile
          href={pcap && dataUrl(pcap)}
          bytes={pcap?.length ?? 0}
          fileName="trace.pcap"
          path={trace.pcap}
        />
        {shown.length === 0 ? <p>No connection was seen.</p> : <Overview shown={shown} />}
        {shown.map((connection) => (
          <Connection trace={trace} connection={connection} />
        ))}
        {left > 0 && <p>{`${left} more connections are in trace.json.`}</p>}
        <Legend />
      </main>
    </>,
    'ladder',
  );
}
