/** The reporters of a trace by name. */
import { jsonText } from './json.ts';
import type { TraceReporter } from './source.ts';
import { html } from './trace/html.tsx';
import { terminal } from './trace/terminal.ts';

export const traceReporters: Readonly<Record<'terminal' | 'json' | 'html', TraceReporter>> = {
  terminal: {
    description: 'for people: each connection, its errors, and what happened on it',
    extension: 'txt',
    render: terminal,
  },
  json: {
    description: 'the whole trace, with every event',
    extension: 'json',
    render: ({ trace }) => jsonText(trace),
  },
  html: {
    description: 'one offline page with a ladder diagram of each connection and the packets',
    extension: 'html',
    render: html,
  },
};
