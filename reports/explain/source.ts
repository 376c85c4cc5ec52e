/** What every report on a capture is given. */
import type { Explained, ExplainedConnection } from '../../explain/result.ts';
import type { Timeline } from '../../harness/timeline.ts';
import type { RenderOptions } from '../source.ts';

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
  ladders: readonly Ladder[];
}

export interface ExplainReporter {
  /** Whether it shows packets, which takes a second look at the file. */
  needsPackets: boolean;
  load: () => Promise<(source: ExplainSource, options: RenderOptions) => string>;
}
