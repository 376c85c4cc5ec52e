/** What the harness needs of reports. The composition root provides them. */

import { join } from 'node:path';
import type { ExecutionResult, Machine, RunResult, ScenarioResult } from './result.ts';
import { loadPcap, loadTimeline } from './store.ts';
import type { Timeline } from './timeline.ts';
import type { TraceResult } from './trace-result.ts';

/** A stored run, and on request what its executions left. */
export interface ReportSource {
  run: RunResult;
  timeline(scenario: ScenarioResult, execution: ExecutionResult): Timeline | undefined;
  pcap(scenario: ScenarioResult, execution: ExecutionResult): Uint8Array | undefined;
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
  return {
    run,
    timeline: (scenario, { name }) => loadTimeline(join(runFolder, scenario.folder), name),
    pcap: (scenario, { name, pcap }) =>
      pcap === null ? undefined : loadPcap(join(runFolder, scenario.folder), name),
  };
}
