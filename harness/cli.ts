#!/usr/bin/env node
/** The composition root: the only place that knows clients, upstreams and reports together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programs, serverPrograms } from '../clients/programs.ts';
import { explainReporters } from '../reports/explain/reporters.ts';
import { main } from './commands/program.ts';
import type { Tools } from './commands/tools.ts';

// Compiled to build/harness/, two folders below the package.
const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  version: string;
};

/** Loaded only by the process that needs them: the one that makes the namespace does not. */
async function load(): Promise<Tools> {
  const [{ clients }, fake, entry, { reporters }, trace, terminal, syscalls, served, { builder }] =
    await Promise.all([
      import('../clients/index.ts'),
      import('../fake-servers/driver.ts'),
      import('../index.ts'),
      import('../reports/report.ts'),
      import('../reports/trace.ts'),
      import('../reports/terminal.ts'),
      import('./recorders/syscalls.ts'),
      import('./programs/under-test.ts'),
      import('./programs/builder.ts'),
    ]);
  const upstream = served.withServersUnderTest(fake.upstreamDriver, {
    servers: serverPrograms.map(({ name }) => name),
    build: builder(serverPrograms, packageFolder),
    tap: syscalls.tapSyscalls,
  });
  return {
    version,
    clients,
    upstream,
    reporters,
    programs,
    packageFolder,
    tapSyscalls: syscalls.tapSyscalls,
    traceReporters: trace.traceReporters,
    narrator: {
      runStarted: terminal.runStartedLine,
      scenarioStarted: terminal.scenarioStartedLine,
      scenarioEnded: terminal.scenarioBlock,
      runEnded: terminal.runSummary,
      eraseLine: terminal.eraseLine,
    },
    library: {
      folder: join(packageFolder, 'scenarios'),
      compiledFolder: join(packageFolder, 'build/scenarios'),
      entry,
      whyNotAScript: upstream.whyNotAScript,
      namesIn: upstream.namesIn,
    },
  };
}

await main({
  version,
  reporterNames: ['terminal', 'tap', 'junit', 'json', 'github', 'markdown', 'html', 'pcapng'],
  programs: [...programs, ...serverPrograms],
  packageFolder,
  load,
  explainReporters,
});
