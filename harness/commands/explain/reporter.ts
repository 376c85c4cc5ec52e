/** What `explain` needs of its reports. The composition root provides them. */
import type { Explained } from '../../../explain/result.ts';
import type { RenderOptions } from '../../reporter.ts';

export interface ExplainSource {
  /** As it was typed; `-` is standard input. */
  file: string;
  explained: Explained;
}

export interface ExplainReporter {
  /** Loaded when it is asked for: a short answer does not wait for what a page is made with. */
  load: () => Promise<(source: ExplainSource, options: RenderOptions) => string>;
}

export type ExplainReporters = Readonly<Record<string, ExplainReporter>>;
