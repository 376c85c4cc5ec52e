/** What every report on a capture is given. */
import type { Explained } from '../../explain/result.ts';
import type { RenderOptions } from '../source.ts';

export interface ExplainSource {
  /** As it was typed; `-` is standard input. */
  file: string;
  explained: Explained;
}

export interface ExplainReporter {
  load: () => Promise<(source: ExplainSource, options: RenderOptions) => string>;
}
