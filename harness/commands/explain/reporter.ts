/** What `explain` needs of its reports. The composition root provides them. */
import type { Explained, ExplainedConnection } from '../../../explain/result.ts';
import type { RenderOptions } from '../../reporter.ts';
import type { Timeline } from '../../timeline.ts';

/** The packets of one connection, with their numbers in the file. */
export interface Ladder {
  connection: ExplainedConnection;
  timeline: Timeline;
  /** In the middle of a long one. */
  packetsLeftOut: number;
}

export interface ExplainSource {
  /** As it was typed; `-` is standard input. */
  file: string;
  explained: Explained;
  /** Of the connections that are chosen; empty unless the reporter asks for packets. */
  ladders: readonly Ladder[];
}

export interface ExplainReporter {
  /** Whether it shows packets, which takes a second look at the file. */
  needsPackets: boolean;
  /** Loaded when it is asked for: a short answer does not wait for what a page is made with. */
  load: () => Promise<(source: ExplainSource, options: RenderOptions) => string>;
}

export type ExplainReporters = Readonly<Record<string, ExplainReporter>>;
