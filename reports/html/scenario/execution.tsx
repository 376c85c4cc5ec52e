/** What one execution showed: its diagram and capture, its receipts and its judgements. */
import type {
  ExecutionResult,
  Judgement,
  ReceiptResult,
  ScenarioResult,
  Termination,
} from '../../../harness/result.ts';
import type { ReportSource } from '../../source.ts';
import { printable } from '../../text/printable.ts';
import { isForetold, isScripted, promisedText } from '../../words.ts';
import { captureFileName } from '../anchors.ts';
import { CaptureFile } from '../capture-file.tsx';
import { LadderSection } from '../ladder/section.tsx';
import type { Places } from '../places.ts';
import { Table } from '../table.tsx';
import { TerminationTable } from '../terminations.tsx';
import { VerdictTag, worstFirst } from '../verdict.tsx';

export interface ExecutionProps {
  source: ReportSource;
  scenario: ScenarioResult;
  execution: ExecutionResult;
  places: Places;
  /** Unique on the page. */
  anchor: string;
}

function JudgementTable(props: { caption: string; rows: readonly Judgement[]; isLoud: boolean }) {
  const { caption, rows, isLoud } = props;
  return (
    <Table<Judgement>
      class="judgements"
      caption={caption}
      rows={rows}
      rowClass={({ verdict }) => `${verdict}${isLoud ? ' loud' : ''}`}
      columns={[
        { title: 'verdict', class: 'tag', cell: ({ verdict }) => <VerdictTag verdict={verdict} /> },
        {
          title: 'expectation',
          cell: ({ title, rule }) => (
            <div>
              {printable(title)}
              <code class="rule">{printable(rule)}</code>
            </div>
          ),
        },
        { title: 'expected', cell: ({ expected }) => printable(expected) },
        { title: 'actual', class: 'actual', cell: ({ actual }) => printable(actual) },
        {
          title: 'where and next',
          cell: ({ where, next }) => (
            <>
              {where !== '' && <div>{printable(where)}</div>}
              {next !== '' && <div class="next">{printable(next)}</div>}
            </>
          ),
        },
      ]}
    />
  );
}

/** What did not pass stands open, what did can be opened. */
export function Judgements({ execution }: { execution: ExecutionResult }) {
  const isMeant = isForetold(execution);
  const troubles = worstFirst(execution.judgements.filter(({ verdict }) => verdict !== 'pass'));
  const passed = execution.judgements.filter(({ verdict }) => verdict === 'pass');
  return (
    <>
      {troubles.length > 0 && (
        <JudgementTable
          caption={isMeant ? 'Did not hold, as foretold' : 'Did not hold'}
          rows={troubles}
          isLoud={!isMeant}
        />
      )}
      {passed.length > 0 && (
        <details class="held">
          <summary>
            <VerdictTag verdict="pass" />
            {passed.length === 1 ? '1 expectation held' : `${passed.length} expectations held`}
          </summary>
          <JudgementTable caption="Held" rows={passed} isLoud={false} />
        </details>
      )}
    </>
  );
}

export function Receipts({ execution, anchor }: Pick<ExecutionProps, 'execution' | 'anchor'>) {
  if (execution.receipts.length === 0) return null;
  return (
    <Table<ReceiptResult>
      class="receipts"
      caption="Fault receipts: was each fault seen in the capture?"
      rows={execution.receipts}
      rowClass={({ verdict }) => `${verdict} ${verdict === 'pass' ? '' : 'loud'}`}
      columns={[
        { title: 'verdict', class: 'tag', cell: ({ verdict }) => <VerdictTag verdict={verdict} /> },
        { title: 'step', cell: ({ step }) => printable(step) },
        {
          title: 'connection',
          cell: ({ connection, tuple }) => (
            <span>
              <b>{connection === null ? 'none' : `#${connection}`}</b>{' '}
              <code class="tuple">{printable(tuple)}</code>
            </span>
          ),
        },
        { title: 'promised', cell: promisedText },
        {
          title: 'frame',
          cell: ({ frame }) =>
            frame === null ? 'not seen' : <a href={`#${anchor}-f${frame}`}>{frame}</a>,
        },
        ...(execution.receipts.some(({ note, frame }) => note !== '' && note !== `frame ${frame}`)
          ? [{ title: 'note', cell: ({ note }: ReceiptResult) => printable(note) }]
          : []),
      ]}
    />
  );
}

export function Terminations({ execution, anchor }: Pick<ExecutionProps, 'execution' | 'anchor'>) {
  const { terminations, receipts } = execution;
  const receipt = {
    title: 'receipt',
    cell: (termination: Termination) =>
      isScripted(termination, receipts) ? 'of a scripted fault' : '',
  };
  return <TerminationTable rows={terminations} anchor={anchor} more={[receipt]} />;
}

/** The diagram with the capture beside it. */
export function Evidence(props: ExecutionProps) {
  const { source, scenario, execution, places, anchor } = props;
  const timeline = source.timeline(scenario, execution);
  const pcap = source.pcap(scenario, execution);
  const label = `Ladder diagram: ${printable(scenario.title)}, ${execution.name}`;
  return (
    <>
      <CaptureFile
        href={pcap && places.capture(pcap, execution)}
        bytes={pcap?.length ?? 0}
        fileName={captureFileName(scenario, execution)}
        path={execution.pcap === null ? null : `${scenario.folder}/${execution.pcap}`}
      />
      {timeline === undefined ? (
        <p class="gap">The timeline of this execution could not be read: no diagram.</p>
      ) : (
        <LadderSection
          timeline={timeline}
          payloads={source.payloads(scenario, execution)}
          anchor={anchor}
          label={label}
        />
      )}
    </>
  );
}
