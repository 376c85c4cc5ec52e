/** `pipewrench run`. */
import { setMaxListeners } from 'node:events';
import { release } from 'node:os';
import { relative } from 'node:path';
import type { ClientDriver } from '../client.ts';
import { UserError } from '../errors.ts';
import { type Builder, builder } from '../programs/builder.ts';
import { CaptureUnavailable, captureVersion } from '../recorders/capture.ts';
import { startWire, type WireRecorder } from '../recorders/wire.ts';
import { saveReport, storedSource } from '../reporter.ts';
import { formatVersion, type RunResult } from '../result.ts';
import { type FoundScenario, runScenario } from '../run.ts';
import { sandboxState } from '../sandbox.ts';
import type { Scenario } from '../scenario.ts';
import { shellWord } from '../shell.ts';
import { createRunFolder, pointLatestAt, saveRun } from '../store.ts';
import { Teardown } from '../teardown.ts';
import { exitCodes } from './exit-codes.ts';
import { clientsIn, type Selection, select } from './select.ts';
import { clientsOf, findReporter, renderOptions, type Tools } from './tools.ts';

export interface RunCommand extends Selection {
  reporter: string;
  out?: string;
}

/** How the program is called in the command that repeats a scenario. */
const program = 'npx pipewrench';

/**
 * Runs the scenarios and stores the run. Throws a UserError for what the user can put right.
 * @param signal Aborted by Ctrl-C: the run is unwound, stored and marked as interrupted.
 */
export async function runCommand(
  wanted: readonly string[],
  options: RunCommand,
  tools: Tools,
  signal: AbortSignal,
): Promise<RunResult> {
  const reporter = findReporter(options.reporter, tools);
  const tap = tools.tapSyscalls();
  const build = builder(tools.programs, tools.packageFolder);
  const clients = clientsOf(tools, build, tap);
  const { scenarios: selected, driver } = await select(wanted, options, tools, { clients, tap });
  const skipped = await skippedOf(selected, driver, build, tools);
  const scenarios = selected.filter(({ path }) => !skipped.some((other) => other.path === path));
  const client = driver && { driver, typed: options.client ?? driver.name };
  const startedAt = new Date();
  const runFolder = createRunFolder(process.cwd(), options.out, startedAt);
  const teardown = new Teardown();
  teardown.add('the guard against an early exit', guardExit());
  setMaxListeners(0, signal);
  try {
    const wire = await startCapturing(teardown);
    teardown.add('the servers behind scripts', () => tools.upstream.release());
    stopAtTheEnd(driver ? [driver, ...clients] : clients, teardown);
    const run: RunResult = {
      format: formatVersion,
      startedAt: startedAt.toISOString(),
      finishedAt: startedAt.toISOString(),
      // True until it is not: a run that is killed has not finished.
      interrupted: true,
      command: commandLine(wanted, options),
      machine: {
        pipewrench: tools.version,
        node: process.version,
        kernel: release(),
        sandbox: sandboxState().text,
        capture: 'unavailable' in wire ? wire.unavailable : (captureVersion() ?? 'tcpdump'),
      },
      planned: scenarios.length,
      scenarios: [],
      skipped,
    };
    saveRun(runFolder, run);
    const say = narration(options.reporter, scenarios.length, run, tools);
    const instruments = { upstream: tools.upstream, wire, signal };
    for (const [index, found] of scenarios.entries()) {
      if (signal.aborted) break;
      say.started(index + 1, found.scenario.title);
      const result = await runScenario(found, { runFolder, clients, client, program }, instruments);
      run.scenarios.push(result);
      saveRun(runFolder, run);
      say.ended(index);
    }
    run.interrupted = signal.aborted;
    run.finishedAt = new Date().toISOString();
    saveRun(runFolder, run);
    const source = storedSource(runFolder, run);
    const html = tools.reporters.html;
    if (html) saveReport(runFolder, source, html);
    if (options.out === undefined) pointLatest(runFolder);
    say.finished();
    if (options.reporter !== 'terminal') {
      process.stdout.write(reporter.render(source, renderOptions(process.stdout)));
    } else {
      process.stdout.write(`report: ${relative(process.cwd(), runFolder) || '.'}/report.html\n`);
    }
    return run;
  } finally {
    await teardown.unwind();
  }
}

function stopAtTheEnd(clients: readonly ClientDriver[], teardown: Teardown): void {
  for (const { name, program } of clients) {
    if (program) teardown.add(`the client ${name}`, () => program.stop());
  }
}

async function skippedOf(
  selected: readonly FoundScenario[],
  driver: ClientDriver | undefined,
  build: Builder,
  tools: Tools,
): Promise<RunResult['skipped']> {
  const skipped: RunResult['skipped'] = [];
  for (const { path, scenario } of selected) {
    const reason = await whyNotHere(scenario, driver, build, tools);
    if (reason !== undefined) skipped.push({ path, title: scenario.title, reason });
  }
  return skipped;
}

/** Why the scenario cannot be run on this machine: a server or a client cannot be had. */
async function whyNotHere(
  scenario: Scenario,
  driver: ClientDriver | undefined,
  build: Builder,
  { upstream, programs }: Tools,
): Promise<string | undefined> {
  const missing = await upstream.whyNotHere(scenario.upstream);
  if (missing !== undefined) return missing;
  const [own, ...counter] = clientsIn(scenario);
  for (const name of [driver?.name ?? own, ...counter]) {
    if (!programs.some((program) => program.name === name)) continue;
    const built = await build(name ?? '');
    if ('unavailable' in built) return `${name} cannot be had: ${built.unavailable}`;
  }
  return undefined;
}

/** The run is whole without it. */
function pointLatest(runFolder: string): void {
  try {
    pointLatestAt(runFolder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`runs/latest does not point at this run: ${error.message}\n`);
  }
}

/** A client under test may call process.exit(): that is no success, whatever code it gives. */
function guardExit(): () => void {
  const onExit = () => {
    process.stderr.write('error: the process was ended in the middle of the run, by the client?\n');
    process.exitCode = exitCodes.unknown;
  };
  process.on('exit', onExit);
  return () => process.off('exit', onExit);
}

async function startCapturing(teardown: Teardown): Promise<WireRecorder | { unavailable: string }> {
  try {
    const wire = await startWire();
    teardown.add('the capture', () => wire.stop());
    return wire;
  } catch (error) {
    if (error instanceof CaptureUnavailable) return { unavailable: error.message };
    throw error;
  }
}

function commandLine(
  wanted: readonly string[],
  { claim, client, reporter, out }: RunCommand,
): string {
  const words = ['run', ...wanted];
  for (const id of claim ?? []) words.push('--claim', id);
  if (client !== undefined) words.push('--client', client);
  if (reporter !== 'terminal') words.push('--reporter', reporter);
  if (out !== undefined) words.push('--out', out);
  return [program, ...words.map(shellWord)].join(' ');
}

/** What is written while the run goes on: for people on stdout, else only if stderr is a terminal. */
function narration(reporter: string, planned: number, run: RunResult, { narrator }: Tools) {
  const stream = reporter === 'terminal' ? process.stdout : process.stderr;
  const options = renderOptions(stream);
  const isLive = stream.isTTY === true;
  const isTold = reporter === 'terminal';
  if (isTold) stream.write(narrator.runStarted({ planned, machine: run.machine }, options));
  return {
    started(ordinal: number, title: string) {
      if (isLive) stream.write(narrator.scenarioStarted({ ordinal, planned, title }, options));
    },
    ended(index: number) {
      if (isLive) stream.write(narrator.eraseLine);
      const result = run.scenarios[index];
      if (isTold && result) stream.write(narrator.scenarioEnded(result, options));
    },
    finished() {
      if (isTold) stream.write(narrator.runEnded(run, options));
    },
  };
}
