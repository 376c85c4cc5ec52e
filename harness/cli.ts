#!/usr/bin/env node
/** The composition root: the only place that knows clients, upstreams and reports together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clients } from '../clients/index.ts';
import { upstreamDriver } from '../fake-servers/driver.ts';
import * as entry from '../index.ts';
import { reporters } from '../reports/report.ts';
import {
  eraseLine,
  runStartedLine,
  runSummary,
  scenarioBlock,
  scenarioStartedLine,
} from '../reports/terminal.ts';
import { main } from './commands/program.ts';

// Compiled to build/harness/, two folders below the package.
const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  version: string;
};

await main({
  version,
  clients,
  upstream: upstreamDriver,
  reporters,
  narrator: {
    runStarted: runStartedLine,
    scenarioStarted: scenarioStartedLine,
    scenarioEnded: scenarioBlock,
    runEnded: runSummary,
    eraseLine,
  },
  library: {
    folder: join(packageFolder, 'scenarios'),
    entry,
    whyNotAScript: upstreamDriver.whyNotAScript,
  },
});
