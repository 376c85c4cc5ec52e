/** The command line with clients in other languages: one that is there, and one that cannot be had. */
import { fileURLToPath } from 'node:url';
import { upstream } from '../../bench/set.ts';
import { clients } from '../../clients/index.ts';
import { main } from '../../harness/commands/program.ts';
import type { ClientProgram } from '../../harness/programs/program.ts';
import * as entry from '../../index.ts';
import { explainReporters } from '../../reports/explain/reporters.ts';
import { reporters } from '../../reports/report.ts';
import * as terminal from '../../reports/terminal.ts';

const packageFolder = fileURLToPath(new URL('../../../', import.meta.url));

const programOf = (name: string, build: Partial<ClientProgram['build']>): ClientProgram => ({
  name,
  description: 'a pool of one connection',
  protocols: ['dns-tcp'],
  operations: ['query'],
  isPool: true,
  build: {
    sources: 'test/support/programs',
    toolchain: [],
    steps: [],
    command: ['{sources}/perl-dns'],
    ...build,
  },
});

const programs = [
  programOf('perl-dns', {}),
  programOf('cobol-dns', { toolchain: ['no-such-compiler'] }),
];

const load = async () => ({
  version: '0.0.0',
  clients,
  upstream,
  reporters,
  programs,
  packageFolder,
  tapSyscalls: () => ({ unavailable: 'not wanted' }),
  traceReporters: {},
  narrator: {
    runStarted: terminal.runStartedLine,
    scenarioStarted: terminal.scenarioStartedLine,
    scenarioEnded: terminal.scenarioBlock,
    runEnded: terminal.runSummary,
    eraseLine: terminal.eraseLine,
  },
  library: {
    folder: `${packageFolder}scenarios`,
    compiledFolder: `${packageFolder}build/scenarios`,
    entry,
    whyNotAScript: upstream.whyNotAScript,
    namesIn: upstream.namesIn,
  },
});

await main({
  version: '0.0.0',
  reporterNames: ['json'],
  programs,
  packageFolder,
  load,
  explainReporters,
});
