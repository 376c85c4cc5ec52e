/** The reports on a capture by name. Each is loaded when it is asked for. */
import type { ExplainReporter } from './source.ts';

export const explainReporters: Readonly<
  Record<'text' | 'ladder' | 'json' | 'html', ExplainReporter>
> = {
  text: { needsPackets: false, load: async () => (await import('./text.ts')).text },
  ladder: { needsPackets: true, load: async () => (await import('./ladder.ts')).ladder },
  json: { needsPackets: false, load: async () => (await import('./json.ts')).json },
  html: { needsPackets: true, load: async () => (await import('./html.tsx')).html },
};
