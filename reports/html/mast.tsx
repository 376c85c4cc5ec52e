/** The dark head of a page: how it went, and where it ran. */
import type { RunResult, Verdict } from '../../harness/result.ts';
import { printable } from '../text/printable.ts';
import { type Counts, countsText, countVerdicts, durationText, interruptedText } from '../words.ts';
import { VerdictMark } from './verdict.tsx';

export const countWords: readonly (readonly [Verdict, string])[] = [
  ['fail', 'failed'],
  ['unknown', 'unknown'],
  ['pass', 'passed'],
];

/** A wire with a break in it. */
export function Emblem() {
  return (
    <svg class="emblem" viewBox="0 0 120 24" width="120" height="24" aria-hidden="true">
      <path d="M4 12H50l4 -7M116 12H72l-4 7" />
      <circle cx="4" cy="12" r="4" />
      <circle cx="116" cy="12" r="4" />
      <path class="spark" d="M64 2l-7 11h7l-3 9l9 -12h-7z" />
    </svg>
  );
}

function Proportions({ counts }: { counts: Counts }) {
  const total = counts.pass + counts.fail + counts.unknown;
  if (total === 0) return null;
  let left = 0;
  const parts = countWords.map(([verdict]) => {
    const width = (counts[verdict] / total) * 1000;
    const part = { verdict, left, width };
    left += width;
    return part;
  });
  return (
    <svg
      class="proportions"
      viewBox="0 0 1000 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={countsText(counts)}
    >
      {parts.map(({ verdict, left: x, width }) => (
        <rect class={verdict} x={x} y="0" width={width} height="10" />
      ))}
    </svg>
  );
}

/** `2026-02-03 10:20:30 UTC` where the text is a date in ISO form. */
export function dateText(iso: string): string {
  return printable(iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, '$1 $2 UTC'));
}

export type Fact = readonly [name: string, text: string];

/** Who made the page. */
export function Brand({ version }: { version: string }) {
  return (
    <p class="brand">
      <Emblem /> <b>pipewrench</b> <span>{printable(version)}</span>
    </p>
  );
}

export function Facts({ facts, command }: { facts: readonly Fact[]; command: string }) {
  return (
    <dl class="facts">
      {facts.map(([name, text]) => (
        <div>
          <dt>{name}</dt>
          <dd>{printable(text)}</dd>
        </div>
      ))}
      <div class="wide">
        <dt>command</dt>
        <dd>
          <code class="command">{printable(command)}</code>
        </dd>
      </div>
    </dl>
  );
}

function factsOf(run: RunResult): Fact[] {
  const { machine } = run;
  const tookMs = Date.parse(run.finishedAt) - Date.parse(run.startedAt);
  return [
    ['started', dateText(run.startedAt)],
    ['took', Number.isNaN(tookMs) ? 'unknown' : durationText(tookMs)],
    ['machine', `kernel ${machine.kernel}, Node ${machine.node}`],
    ['sandbox', machine.sandbox],
    ['capture', machine.capture],
  ];
}

export function Masthead({ run }: { run: RunResult }) {
  const counts = countVerdicts(run.scenarios);
  const interrupted = interruptedText(run);
  return (
    <header class="mast" id="top">
      <Brand version={run.machine.pipewrench} />
      <h1>
        {countWords.map(([verdict, word]) => (
          <span class={`count ${verdict}${counts[verdict] === 0 ? ' zero' : ''}`}>
            <VerdictMark verdict={verdict} />
            <b>{counts[verdict]}</b> {word}
          </span>
        ))}
      </h1>
      <Proportions counts={counts} />
      {interrupted !== undefined && <p class="interrupted">{`The run was ${interrupted}.`}</p>}
      {run.skipped.map(({ title, reason }) => (
        <p>{`Skipped: ${printable(title)}. ${printable(reason)}.`}</p>
      ))}
      <Facts facts={factsOf(run)} command={run.command} />
    </header>
  );
}
