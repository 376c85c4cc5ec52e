/** `pipewrench run`. */
import { setMaxListeners } from 'node:events';
import { release } from 'node:os';
import { saveBlob } from '../blob.ts';
import type { ClientDriver } from '../client.ts';
import { type Builder, builder } from '../programs/builder.ts';
import { type CaptureName, CaptureUnavailable } from '../recorders/capture.ts';
import { describeCapture } from '../recorders/start-capture.ts';
import { startWire, type WireRecorder } from '../recorders/wire.ts';
import { storedSource } from '../reporter.ts';
import { formatVersion, type RunResult } from '../result.ts';
import { type FoundScenario, runScenario } from '../run.ts';
import { sandboxState } from '../sandbox.ts';
import type { Scenario } from '../scenario.ts';
import { shellWord } from '../shell.ts';
import { createRunFolder, loadRun, saveRun } from '../store.ts';
import { Teardown } from '../teardown.ts';
import { concludeRun, reportLine } from './conclude-run.ts';
import { exitCodes } from './exit-codes.ts';
import { renderOptions } from './render-options.ts';
import { isPrinted, wantedReports, writeReports } from './reports.ts';
import { clientsIn, type Selection, select } from './select.ts';
import { clientsOf, findReporter, type Tools } from './tools.ts';

export interface RunCommand extends Selection {
  reporter?: readonly string[];
  out?: string;
  /** What records the packets; left out: tcpdump where it is installed. */
  capture?: CaptureName;
}

/** How the program is called in the command that repeats a scenario. */
const program = 'npx pipewrench';

/**
 * Runs the scenarios and stores the run. Throws a UserError for what the user can put right.
 * @param signal Aborted by Ctrl-C: the run is unwound, stored and marked as interrupted.
 */
export async function runCommand(
  what: readonly string[],
  options: RunCommand,
  tools: Tools,
  signal: AbortSignal,
): Promise<RunResult> {
  const wanted = wantedReports(options.reporter ?? ['terminal'], (name) =>
    findReporter(name, tools),
  );
  const isTold = wanted.some((one) => isPrinted(one, 'terminal'));
  const tap = tools.tapSyscalls();
  const build = builder(tools.programs, tools.packageFolder);
  const clients = clientsOf(tools, build, tap);
  const {
    scenarios: selected,
    driver,
    part,
  } = await select(what, options, tools, {
    clients,
    tap,
  });
  const skipped = await skippedOf(selected, driver, build, tools);
  const scenarios = selected.filter(({ path }) => !skipped.some((other) => other.path === path));
  const client = driver && { driver, typed: options.client ?? driver.name };
  const startedAt = new Date();
  const runFolder = createRunFolder(process.cwd(), options.out, startedAt);
  const teardown = new Teardown();
  teardown.add('the guard against an early exit', guardExit());
  setMaxListeners(0, signal);
  try {
    const wire = await startCapturing(options.capture, teardown);
    teardown.add('the servers behind scripts', () => tools.upstream.release());
    stopAtTheEnd(driver ? [driver, ...clients] : clients, teardown);
    const run: RunResult = {
      format: formatVersion,
      startedAt: startedAt.toISOString(),
      finishedAt: startedAt.toISOString(),
      // True until it is not: a run that is killed has not finished.
      interrupted: true,
      command: commandLine(what, options),
      machine: {
        pipewrench: tools.version,
        node: process.version,
        kernel: release(),
        sandbox: sandboxState().text,
        capture: 'unavailable' in wire ? wire.unavailable : describeCapture(wire.capture),
      },
      planned: scenarios.length,
      scenarios: [],
      skipped,
    };
    saveRun(runFolder, run);
    const say = narration(isTold, scenarios.length, run, tools);
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
    // Before pages and reports: it is for what was recorded, and `merge` makes those anew.
    if (part) saveBlob(runFolder, { ...part, command: commandOfAll(what, options) });
    concludeRun(runFolder, run, options.out, tools);
    say.finished();
    const untold = wanted.filter((one) => !isPrinted(one, 'terminal'));
    // Of what is stored, as `report` and `merge` do it: so that they all say the same.
    writeReports(untold, storedSource(runFolder, loadRun(runFolder)));
    if (isTold) process.stdout.write(reportLine(runFolder));
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

/** A client under test may call process.exit(): that is no success, whatever code it gives. */
function guardExit(): () => void {
  const onExit = () => {
    process.stderr.write('error: the process was ended in the middle of the run, by the client?\n');
    process.exitCode = exitCodes.unknown;
  };
  process.on('exit', onExit);
  return () => process.off('exit', onExit);
}

async function startCapturing(
  capture: CaptureName | undefined,
  teardown: Teardown,
): Promise<WireRecorder | { unavailable: string }> {
  try {
    const wire = await startWire({ ...(capture && { capture }) });
    teardown.add('the capture', () => wire.stop());
    return wire;
  } catch (error) {
    if (error instanceof CaptureUnavailable) return { unavailable: error.message };
    throw error;
  }
}

function commandLine(
  what: readonly string[],
  { claim, client, shard, reporter, out, capture }: RunCommand,
): string {
  const words = ['run', ...what];
  for (const id of claim ?? []) words.push('--claim', id);
  if (client !== undefined) words.push('--client', client);
  if (shard !== undefined) words.push('--shard', shard);
  for (const name of reporter ?? []) words.push('--reporter', name);
  if (out !== undefined) words.push('--out', out);
  if (capture !== undefined) words.push('--capture', capture);
  return [program, ...words.map(shellWord)].join(' ');
}

/** What would run the whole selection: where a shard is stored and reported is its own affair. */
function commandOfAll(what: readonly string[], options: RunCommand): string {
  const { shard: _, reporter: _ignored, out: _left, ...rest } = options;
  return commandLine(what, rest);
}

/** What is written while the run goes on: for people on stdout, else only if stderr is a terminal. */
function narration(isTold: boolean, planned: number, run: RunResult, { narrator }: Tools) {
  const stream = isTold ? process.stdout : process.stderr;
  const options = renderOptions(stream);
  const isLive = stream.isTTY === true;
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
