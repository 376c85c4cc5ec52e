/** The reports on a capture by name. Each is loaded when it is asked for. */
import type { ExplainReporter } from './source.ts';

export const explainReporters: Readonly<Record<'text' | 'json', ExplainReporter>> = {
  text: { load: async () => (await import('./text.ts')).text },
  json: { load: async () => (await import('./json.ts')).json },
};
