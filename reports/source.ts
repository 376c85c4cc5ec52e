/** What every reporter is given, and what a reporter is. */
import type { ExecutionResult, RunResult, ScenarioResult } from '../harness/result.ts';
import type { Timeline } from '../harness/timeline.ts';
import type { TraceResult } from '../harness/trace-result.ts';

/** One run and, on request, the evidence of its executions. Reading files is the caller's part. */
export interface ReportSource {
  run: RunResult;
  /** Undefined when the timeline was not kept or can no longer be read. */
  timeline(scenario: ScenarioResult, execution: ExecutionResult): Timeline | undefined;
  /** The bytes of the capture file; undefined when there is none. */
  pcap(scenario: ScenarioResult, execution: ExecutionResult): Uint8Array | undefined;
}

/** How the text is to be laid out. Only the terminal reporter looks at it. */
export interface RenderOptions {
  /** Whether ANSI colours may be written. */
  colour: boolean;
  /** Width of the terminal in character cells. */
  widthColumns: number;
}

export interface Reporter {
  /** One line for `--help`. */
  description: string;
  /** Ending of a file that holds this report, without the dot. */
  extension: string;
  /** Bytes are for a file or a program: a terminal is not given them. */
  render(source: ReportSource, options: RenderOptions): string | Uint8Array;
  isBinary?: true;
  /** What is added besides to a file of the CI system, where there is one. */
  appended?: Appended;
}

/** Text for the end of a file that a variable of the environment names. */
export interface Appended {
  variable: string;
  /** @param writtenBytes What the file holds already. */
  render(source: ReportSource, writtenBytes: number): string;
}

/** What `trace` has seen of a program, and its packets; undefined when none was captured. */
export interface TraceSource {
  trace: TraceResult;
  pcap: Uint8Array | undefined;
}

export interface TraceReporter {
  /** One line for `--help`. */
  description: string;
  /** Ending of a file that holds this report, without the dot. */
  extension: string;
  render(source: TraceSource, options: RenderOptions): string;
}
