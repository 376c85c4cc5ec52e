/** The reporters by name: the one place to add a line for a new one. */
import { html, htmlFiles } from './html/html.tsx';
import { json } from './json.ts';
import type { Reporter } from './source.ts';
import { tap } from './tap.ts';
import { terminal } from './terminal.ts';

export const reporterNames = ['terminal', 'tap', 'json', 'html'] as const;
export type ReporterName = (typeof reporterNames)[number];

export const reporters: Readonly<Record<ReporterName, Reporter>> = {
  terminal: {
    description: 'for people: verdicts, error sequences and what to do about a failure',
    extension: 'txt',
    render: terminal,
  },
  tap: {
    description: 'Test Anything Protocol 14, with a subtest for each execution',
    extension: 'tap',
    render: tap,
  },
  json: {
    description: 'the whole result, as docs/schema/run.schema.json describes it',
    extension: 'json',
    render: json,
  },
  html: {
    description: 'one offline page with a ladder diagram and the packets of each scenario',
    extension: 'html',
    render: html,
    files: htmlFiles,
  },
};
