/** The reporters by name: the one place to add a line for a new one. */
import { stepSummary } from './github/summary.ts';
import { github } from './github.ts';
import { html, htmlFiles } from './html/html.tsx';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { pcapng } from './pcapng.ts';
import type { Reporter } from './source.ts';
import { tap } from './tap.ts';
import { terminal } from './terminal.ts';

export const reporterNames = [
  'terminal',
  'tap',
  'junit',
  'json',
  'github',
  'markdown',
  'html',
  'pcapng',
] as const;
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
  junit: {
    description: 'JUnit XML for CI systems: a suite for each folder, a case for each scenario',
    extension: 'xml',
    render: junit,
  },
  json: {
    description: 'the whole result, as docs/schema/run.schema.json describes it',
    extension: 'json',
    render: json,
  },
  github: {
    description: 'annotations of GitHub Actions, and the summary of the step in Markdown',
    extension: 'txt',
    render: github,
    appended: { variable: 'GITHUB_STEP_SUMMARY', render: stepSummary },
  },
  markdown: {
    description: 'for a comment or a summary: what did not pass in full, the rest in a table',
    extension: 'md',
    render: markdown,
  },
  html: {
    description: 'one offline page with a ladder diagram and the packets of each scenario',
    extension: 'html',
    render: html,
    files: htmlFiles,
  },
  pcapng: {
    description: 'the captures for Wireshark, with comments that tell what happened at each packet',
    extension: 'pcapng',
    render: pcapng,
    isBinary: true,
  },
};
