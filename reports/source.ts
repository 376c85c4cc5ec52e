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
  /** What packets carried, by the number of their frame. Empty when nothing was captured. */
  payloads(scenario: ScenarioResult, execution: ExecutionResult): ReadonlyMap<number, Payload>;
  /** What the clauses say that scenarios test; a scenario may name others. */
  clauses: readonly { id: string; text: string }[];
}

/** The bytes that one packet carried, and the messages that they complete, field by field. */
export interface Payload {
  bytes: Uint8Array;
  messages: readonly PayloadMessage[];
}

export interface PayloadMessage {
  /** What it is, such as `DNS response`. */
  title: string;
  fields: readonly (readonly [name: string, value: string])[];
}

/** A file of a report that is a folder of files. */
export interface ReportFile {
  /** Below the run's folder, `/` between folders. */
  path: string;
  text: string;
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
  /** The same as files that stand in the run's folder, beside its evidence; made one after the other. */
  files?(source: ReportSource): Iterable<ReportFile>;
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
