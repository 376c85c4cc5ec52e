/** What the harness needs of reports. The composition root provides them. */

import { join } from 'node:path';
import { clauses } from './claims.ts';
import { type Payload, payloadsOf } from './payloads.ts';
import type { ExecutionResult, Machine, RunResult, ScenarioResult } from './result.ts';
import { loadPcap, loadTimelines, save, type Timelines } from './store.ts';
import type { Timeline } from './timeline.ts';
import type { TraceResult } from './trace-result.ts';

/** A stored run, and on request what its executions left. */
export interface ReportSource {
  run: RunResult;
  timeline(scenario: ScenarioResult, execution: ExecutionResult): Timeline | undefined;
  pcap(scenario: ScenarioResult, execution: ExecutionResult): Uint8Array | undefined;
  payloads(scenario: ScenarioResult, execution: ExecutionResult): ReadonlyMap<number, Payload>;
  /** What the clauses say that scenarios test. */
  clauses: readonly { id: string; text: string }[];
}

/** A file of a report that is a folder of files. */
export interface ReportFile {
  /** Below the run's folder, `/` between folders. */
  path: string;
  text: string;
}

export interface RenderOptions {
  colour: boolean;
  widthColumns: number;
}

export interface Reporter {
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
  description: string;
  extension: string;
  render(source: TraceSource, options: RenderOptions): string;
}

/** What people on a terminal see while a run goes on. Text only; the caller writes it. */
export interface Narrator {
  runStarted(start: { planned: number; machine: Machine }, options: RenderOptions): string;
  scenarioStarted(
    start: { ordinal: number; planned: number; title: string },
    options: RenderOptions,
  ): string;
  scenarioEnded(result: ScenarioResult, options: RenderOptions): string;
  runEnded(run: RunResult, options: RenderOptions): string;
  eraseLine: string;
}

export function storedSource(runFolder: string, run: RunResult): ReportSource {
  const folderOf = (scenario: ScenarioResult) => join(runFolder, scenario.folder);
  // A report goes through the executions of one scenario after the other, and they share a file.
  let last: { folder: string; timelines: Timelines } | undefined;
  const timeline = (scenario: ScenarioResult, { name }: ExecutionResult) => {
    const folder = folderOf(scenario);
    if (last?.folder !== folder) last = { folder, timelines: loadTimelines(folder) };
    return last.timelines[name];
  };
  const pcap = (scenario: ScenarioResult, execution: ExecutionResult) =>
    execution.pcap === null ? undefined : loadPcap(folderOf(scenario), execution.name);
  return {
    run,
    timeline,
    pcap,
    payloads: (scenario, execution) => {
      const events = timeline(scenario, execution)?.events ?? [];
      const file = pcap(scenario, execution);
      return file ? payloadsOf(events, file, scenario.protocol) : new Map();
    },
    clauses,
  };
}

/** Writes the files of a report that stand in the folder of its run. Throws a UserError. */
export function saveReport(runFolder: string, source: ReportSource, reporter: Reporter): void {
  for (const { path, text } of reporter.files?.(source) ?? []) save(runFolder, path, text);
}
