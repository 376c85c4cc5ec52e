/** What was found in a capture as one page: the diagnoses, the connections, and ladders of the first of them. */
import { meanings } from '../../explain/diagnosis.ts';
import type { Explained, ExplainedConnection } from '../../explain/result.ts';
import { page } from '../html/document.tsx';
import { type LaneTitles, laneTitles } from '../html/ladder/geometry.ts';
import { LadderSection } from '../html/ladder/section.tsx';
import { Legend } from '../html/legend.tsx';
import { Table } from '../html/table.tsx';
import { printable } from '../text/printable.ts';
import { type Case, type Group, groupsOf } from './groups.ts';
import { marksOf } from './marks.ts';
import type { ExplainSource, Ladder } from './source.ts';
import { connectionFilter, framesFilter } from './wireshark.ts';
import {
  closedText,
  counted,
  factsOf,
  fileText,
  type Gravity,
  gapsOf,
  gravityOf,
  idOf,
  sinceStart,
  startText,
  statesText,
  worstFirst,
} from './words.ts';

const titles: LaneTitles = { ...laneTitles, client: 'client', upstream: 'upstream' };
/** A page of more would be too long to read; the JSON has them. */
const casesMax = 4;
const rowsMax = 200;

const anchorOf = (connection: ExplainedConnection) =>
  `${connection.transport}-${connection.number}`;

/** Of the colours of a verdict: they say how much it weighs. */
const tones: Readonly<Record<Gravity, string>> = { bad: 'fail', notice: 'unknown', plain: 'pass' };

function Masthead({ file, explained }: ExplainSource) {
  const { connections } = explained;
  const total = connections.tcp + connections.udp;
  const started = startText(explained);
  const facts: readonly (readonly [string, string])[] = [
    ['capture', fileText(file)],
    ...(started ? [['from', started] as const] : []),
    ['holds', factsOf(explained).join(', ')],
  ];
  return (
    <header class="mast" id="top">
      <p class="brand">
        <b>pipewrench</b> <span>explain</span>
      </p>
      <h1>
        <span class="count">
          <b>{total}</b> {total === 1 ? 'connection' : 'connections'}
        </span>
      </h1>
      <dl class="facts">
        {facts.map(([name, fact]) => (
          <div>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

/** A connection's number, linked to its ladder where the page has one. */
function Name({ connection, drawn }: { connection: ExplainedConnection; drawn: Drawn }) {
  const name = `#${idOf(connection)}`;
  return drawn.has(connection) ? (
    <a href={`#${anchorOf(connection)}`}>{name}</a>
  ) : (
    <span>{name}</span>
  );
}

type Drawn = ReadonlySet<ExplainedConnection>;

function CaseBlock({ one, explained, drawn }: { one: Case; explained: Explained; drawn: Drawn }) {
  const { connection, finding } = one;
  return (
    <>
      <p class="reason">
        <b>
          <Name connection={connection} drawn={drawn} />
        </b>{' '}
        {`${printable(connection.client.address)} → ${printable(connection.upstream.address)}: ${printable(finding.story)}`}
      </p>
      <ul class="lines">
        {finding.proof.map(({ frame, atUs, what }) => (
          <li>
            <span>
              <b>{`frame ${frame}`}</b>
              {` · ${sinceStart(explained, atUs)} · ${printable(what)}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function GroupArticle({
  group,
  explained,
  drawn,
}: {
  group: Group;
  explained: Explained;
  drawn: Drawn;
}) {
  const { name, count, upstreams } = group;
  const { means, advice } = meanings[name];
  const cases = upstreams.flatMap((upstream) => upstream.cases).slice(0, casesMax);
  const [first] = cases;
  const left = count - cases.length;
  return (
    <article class={tones[gravityOf(name)]} id={name}>
      <header>
        <h2>
          <a href={`#${name}`}>{name}</a>
        </h2>
        <p class="reason">{means}</p>
        <p class="meta">
          <span>{counted(count, 'connection')}</span>
          {upstreams.slice(0, casesMax).map(({ address, cases }) => (
            <span>
              {'to '}
              <b>{printable(address)}</b>
              {`: ${cases.length}`}
            </span>
          ))}
        </p>
      </header>
      <dl class="outcome">
        <div>
          <dt>what to change</dt>
          <dd>{advice}</dd>
        </div>
      </dl>
      {cases.map((one) => (
        <CaseBlock one={one} explained={explained} drawn={drawn} />
      ))}
      {left > 0 && <p class="muted">{`${left} more are in the JSON.`}</p>}
      {first && (
        <>
          <h3>In Wireshark</h3>
          <code class="command">{framesFilter(first.finding.proof)}</code>
          <code class="command">{connectionFilter(first.connection)}</code>
        </>
      )}
    </article>
  );
}

function Connections({ explained, drawn }: { explained: Explained; drawn: Drawn }) {
  const rows = worstFirst(explained.shown).slice(0, rowsMax);
  const left = explained.shown.length - rows.length;
  return (
    <>
      <Table<ExplainedConnection>
        class="overview"
        caption="Connections"
        rows={rows}
        columns={[
          {
            title: 'connection',
            class: 'title',
            cell: (connection) => (
              <>
                <Name connection={connection} drawn={drawn} />
                <code class="path">{`${printable(connection.client.address)} → ${printable(connection.upstream.address)}`}</code>
              </>
            ),
          },
          {
            title: 'speaks',
            cell: ({ protocol, transport }) => `${protocol} over ${transport.toUpperCase()}`,
          },
          {
            title: 'diagnosis',
            cell: ({ findings }) => findings.map(({ name }) => <a href={`#${name}`}>{name} </a>),
          },
          {
            title: 'answered',
            class: 'number',
            cell: ({ answers, requests }) => `${answers} of ${requests}`,
          },
          { title: 'closed', cell: closedText },
          { title: 'states', cell: statesText },
          {
            title: 'bytes',
            class: 'number',
            cell: ({ client, upstream }) => `${client.bytes} + ${upstream.bytes}`,
          },
        ]}
      />
      {left > 0 && <p class="muted">{`${left} more are in the JSON.`}</p>}
    </>
  );
}

/** Of another connection, a packet is named and not to be seen here. */
function Mark({ frame, texts, href }: { frame: number; texts: readonly string[]; href?: string }) {
  return (
    <li>
      <span>
        {href === undefined ? `frame ${frame}` : <a href={href}>{`frame ${frame}`}</a>}
        {` ${texts.join(', ')}`}
      </span>
    </li>
  );
}

function LadderArticle({ ladder }: { ladder: Ladder }) {
  const { connection, timeline, packetsLeftOut } = ladder;
  const anchor = anchorOf(connection);
  const ends = `${printable(connection.client.address)} → ${printable(connection.upstream.address)}`;
  const marks = [...marksOf(connection)];
  const frames = new Set(timeline.events.flatMap((e) => (e.source === 'wire' ? [e.frame] : [])));
  return (
    <article id={anchor}>
      <header>
        <h2>
          <a href={`#${anchor}`}>{`#${idOf(connection)} ${ends}`}</a>
        </h2>
        <p class="meta">
          <span>{closedText(connection)}</span>
          <span>{statesText(connection)}</span>
        </p>
      </header>
      {marks.length > 0 && (
        <ul class="lines">
          {marks.map(([frame, texts]) => (
            <Mark
              frame={frame}
              texts={texts}
              {...(frames.has(frame) ? { href: `#${anchor}-f${frame}` } : {})}
            />
          ))}
        </ul>
      )}
      {packetsLeftOut > 0 && (
        <p class="gap">{`${packetsLeftOut} packets in the middle are left out.`}</p>
      )}
      <LadderSection
        timeline={timeline}
        payloads={new Map()}
        anchor={anchor}
        label={`Ladder diagram: ${ends}`}
        titles={titles}
      />
    </article>
  );
}

export function html(source: ExplainSource): string {
  const { file, explained, ladders } = source;
  const drawn: Drawn = new Set(ladders.map(({ connection }) => connection));
  const groups = groupsOf(explained);
  return page(
    `pipewrench explain: ${fileText(file)}`,
    <>
      <Masthead {...source} />
      <main>
        {gapsOf(explained).map((gap) => (
          <p class="gap">{gap}</p>
        ))}
        {groups.length === 0 && (
          <p class="reason">
            {explained.shown.length === 0
              ? 'No connection was seen.'
              : 'Nothing is the matter with any connection, as far as the packets show.'}
          </p>
        )}
        {groups.map((group) => (
          <GroupArticle group={group} explained={explained} drawn={drawn} />
        ))}
        {explained.shown.length > 0 && <Connections explained={explained} drawn={drawn} />}
        {ladders.map((ladder) => (
          <LadderArticle ladder={ladder} />
        ))}
        {ladders.length > 0 && <Legend />}
      </main>
    </>,
  );
}
