/** Phrases that several reports share, so that one search finds them in all. */
import type {
  ErrorSequence,
  ExecutionResult,
  ReceiptResult,
  RunResult,
  ScenarioResult,
  Termination,
  Verdict,
} from '../harness/result.ts';
import { printable } from './text/printable.ts';

/** Error sequences that hold anything, with printable tokens. */
export function spokenSequences(sequences: readonly ErrorSequence[]): ErrorSequence[] {
  return sequences
    .filter(({ tokens }) => tokens.length > 0)
    .map(({ connection, tokens }) => ({ connection, tokens: tokens.map(printable) }));
}

/** `RST, EPIPE, EOF`; `#1 EOF · #2 EOF` when several connections had errors; `none`. */
export function errorSequenceText(sequences: readonly ErrorSequence[]): string {
  const spoken = spokenSequences(sequences);
  if (spoken.length === 0) return 'none';
  const joined = spoken.map(({ tokens }) => tokens.join(', '));
  if (spoken.length === 1) return joined.join('');
  return joined.map((tokens, index) => `#${spoken[index]?.connection} ${tokens}`).join(' · ');
}

/** `0.4 ms`, `41 ms`, `1.20 s`, `5 min 0 s`. */
export function durationText(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function mainExecution(scenario: ScenarioResult): ExecutionResult | undefined {
  return scenario.executions.find(({ name }) => name === 'main');
}

/** Everything the scenario took: all of its executions, one after the other. */
export function elapsedMs(scenario: ScenarioResult): number {
  return scenario.executions.reduce((sum, execution) => sum + execution.elapsedMs, 0);
}

export type Counts = Record<Verdict, number>;

export function countVerdicts(scenarios: readonly ScenarioResult[]): Counts {
  const counts: Counts = { pass: 0, fail: 0, unknown: 0 };
  for (const { verdict } of scenarios) counts[verdict] += 1;
  return counts;
}

/** `3 passed, 1 failed, 1 unknown`. */
export function countsText({ pass, fail, unknown }: Counts): string {
  return `${pass} passed, ${fail} failed, ${unknown} unknown`;
}

/** Undefined when the run came to its end. */
export function interruptedText(run: RunResult): string | undefined {
  if (!run.interrupted) return undefined;
  return `interrupted after ${run.scenarios.length} of ${run.planned} scenarios`;
}

/** Why the run is no pass, whatever its scenarios say. Undefined when they decide. */
export function runTrouble(run: RunResult): string | undefined {
  const nothing = run.scenarios.length === 0 ? 'no scenario was run' : undefined;
  return interruptedText(run) ?? nothing;
}

/** `FIN from the upstream at relative seq 48`. */
export function promisedText({ promised }: ReceiptResult): string {
  if (promised === null) return 'nothing that a capture could show';
  switch (promised.segment) {
    case 'FIN':
    case 'RST':
      return `${promised.segment} from the upstream at relative seq ${promised.relativeSeq}`;
    case 'DATA':
      return `${promised.length} B of data from the upstream at relative seq ${promised.relativeSeq}`;
    case 'SILENCE':
      return promised.toUs === undefined
        ? 'no byte from the upstream'
        : `no byte from the upstream for ${Math.round((promised.toUs - promised.fromUs) / 1000)} ms`;
    case 'ZERO-WINDOW':
      return 'a window of 0 from the upstream';
    case 'WINDOW':
      return 'a window of more than 0 from the upstream again';
    case 'REFUSED':
      return 'a SYN that is answered by RST, or a datagram that is answered by ICMP port unreachable';
    case 'UNANSWERED-SYN':
      return 'a SYN that nothing answers';
    case 'LOST':
      return `a lost ${promised.flag ?? 'segment'} of ${promised.from === 'both' ? 'either side' : `the ${promised.from}`}`;
  }
}

/** `connection #1 127.0.0.1:40000->127.0.0.1:5300`, or that there was none. */
export function receiptPlace({ connection, tuple }: ReceiptResult): string {
  return connection === null ? 'no connection' : `connection #${connection} ${tuple}`;
}

/** `frame 11`, or that there is none. */
export function foundText({ frame, note }: ReceiptResult): string {
  const found = frame === null ? 'not in the capture' : `frame ${frame}`;
  return note === '' ? found : `${found}: ${printable(note)}`;
}

/**
 * A counter execution passes when the client fails in the way that was foretold, so judgements in
 * it that did not pass are then what was hoped for.
 */
export function isForetold(execution: ExecutionResult): boolean {
  return execution.name === 'counter' && execution.verdict === 'pass';
}

/** Whether a step of the script did it, as its receipt proves. */
export function isScripted(
  { frame }: Pick<Termination, 'frame'>,
  receipts: readonly ReceiptResult[],
): boolean {
  return receipts.some((receipt) => receipt.verdict === 'pass' && receipt.frame === frame);
}
