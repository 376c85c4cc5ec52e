/**
 * A run's folder: evidence first, then what was concluded from it.
 *
 *     runs/<time>/run.json                          the result of the run
 *     runs/<time>/<path of scenario>/evidence.jsonl  what was run, then what the recorders saw: a line
 *                                                    for each execution, added before it is judged
 *                                    main.pcap       its packets; likewise control.pcap, counter.pcap
 *                                    timeline.json   evidence and packets of each execution, joined
 *                                    result.json     what was concluded
 *
 * Few files, because making one costs more than filling it.
 */
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { type Evidence, evidenceSchema } from './evidence.ts';
import { type CapturedPacket, PcapError, readPcap, writePcap } from './recorders/pcap.ts';
import {
  type ExecutionResult,
  executionNames,
  formatVersion,
  type RunResult,
  runResultSchema,
  type ScenarioResult,
  scenarioResultSchema,
} from './result.ts';
import { NotAScenario, parseScenario, type Scenario } from './scenario.ts';
import { type Timeline, timelineSchema } from './timeline.ts';

type ExecutionName = ExecutionResult['name'];

const runFile = 'run.json';
const resultFile = 'result.json';

const evidenceFile = 'evidence.jsonl';
const timelineFile = 'timeline.json';
export const pcapFile = (name: ExecutionName) => `${name}.pcap`;

/** What was run, and what the recorders saw in each execution of it. */
export interface StoredEvidence {
  scenario: Scenario;
  executions: { evidence: Evidence; packets: CapturedPacket[] }[];
}

export type Timelines = Partial<Record<ExecutionName, Timeline>>;

/**
 * Makes the folder of a new run. Without `wanted` it is `runs/<time>` below `under`. Throws a
 * UserError when the folder cannot be made or already holds something.
 */
export function createRunFolder(
  under: string,
  wanted: string | undefined,
  startedAt: Date,
): string {
  const folder = wanted ?? freeFolder(under, startedAt);
  return explained(folder, 'made', () => {
    makeFolders(folder);
    const [first] = readdirSync(folder);
    if (first) {
      throw new UserError(`the output folder ${folder} is not empty: it holds ${first}`, {
        expected: 'a new or empty folder, so that no stored evidence is lost',
        next: 'name another folder with --out, or leave it out',
      });
    }
    return folder;
  });
}

/** With those that it is in. Throws a UserError when it cannot be made. */
export function makeFolder(folder: string): void {
  explained(folder, 'made', () => makeFolders(folder));
}

/** Step by step: Node's own recursive mkdir never returns for a folder below /proc. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent);
  mkdirSync(folder);
}

function freeFolder(under: string, startedAt: Date): string {
  const time = startedAt.toISOString().replace(/[-:]/g, '').replace('.', '-');
  return join(under, 'runs', time);
}

/** Points `latest`, beside the run's folder, at it. Whoever reads it sees the old run or this one. */
export function pointLatestAt(folder: string): void {
  const latest = join(dirname(folder), 'latest');
  const fresh = `${latest}.${process.pid}`;
  explained(latest, 'written', () => {
    symlinkSync(basename(folder), fresh);
    renameSync(fresh, latest);
  });
}

/** Makes the folder of a scenario. Evidence of its executions is added to it with `saveEvidence`. */
export function saveScenario(folder: string, scenario: Scenario): void {
  makeFolder(folder);
  saveNew(folder, evidenceFile, jsonLine(scenario));
}

/** Packets first: evidence that is there has its packets. */
export function saveEvidence(
  folder: string,
  evidence: Evidence,
  packets: readonly CapturedPacket[],
): void {
  if (evidence.packetCount !== null) {
    saveNew(folder, pcapFile(evidence.execution), writePcap(packets));
  }
  const path = join(folder, evidenceFile);
  explained(path, 'written', () => appendFileSync(path, jsonLine(evidence)));
}

export function saveTimelines(folder: string, timelines: Timelines): void {
  saveNew(folder, timelineFile, jsonLine(timelines));
}

export function saveScenarioResult(folder: string, result: ScenarioResult): void {
  saveNew(folder, resultFile, jsonLine(result));
}

export function saveRun(folder: string, run: RunResult): void {
  save(folder, runFile, `${JSON.stringify(run, null, 1)}\n`);
}

/** Written whole or not at all: what was stored before stays until then. */
export function save(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  explained(path, 'written', () => {
    // A device such as /dev/null, or a pipe, must stay what it is.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      return writeFileSync(path, content);
    }
    writeFileSync(`${path}.part`, content);
    renameSync(`${path}.part`, path);
  });
}

/** Adds to the end of a file of somebody else's. @param content Told how much the file holds already. */
export function append(path: string, content: (writtenBytes: number) => string): void {
  explained(path, 'written', () => {
    appendFileSync(path, content(statSync(path, { throwIfNoEntry: false })?.size ?? 0));
  });
}

/** For files of a folder that this run has made: there is nothing yet that could be lost. */
function saveNew(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  explained(path, 'written', () => writeFileSync(path, content));
}

const jsonLine = (value: unknown) => `${JSON.stringify(value)}\n`;

/** Throws a UserError: no run there, another format, or cut short. */
export function loadRun(folder: string): RunResult {
  const path = join(folder, runFile);
  const value = loadJson(path, 'a folder that `pipewrench run` has written, such as runs/latest');
  const format = z.object({ format: z.number() }).safeParse(value);
  if (format.success && format.data.format !== formatVersion) {
    const isNewer = format.data.format > formatVersion;
    throw new UserError(`${path} was written by ${isNewer ? 'a newer' : 'an older'} pipewrench`, {
      expected: `format ${formatVersion}, got format ${format.data.format}`,
      next: `${isNewer ? 'update pipewrench, or ' : ''}run the scenarios again with this version`,
    });
  }
  return parsed(runResultSchema, value, path);
}

/** Undefined when the scenario has not been run there. Throws a UserError when it cannot be read. */
export function loadScenarioResult(folder: string): ScenarioResult | undefined {
  const path = join(folder, resultFile);
  if (!statSync(path, { throwIfNoEntry: false })) return undefined;
  return parsed(scenarioResultSchema, loadJson(path, 'what was concluded'), path);
}

/**
 * @param executionsMin How many executions the run has stored a result for: fewer in the file means
 *   that lines were lost.
 * Throws a UserError when evidence or a pcap are missing or cut short.
 */
export async function loadEvidence(folder: string, executionsMin: number): Promise<StoredEvidence> {
  const path = join(folder, evidenceFile);
  const text = readText(path, 'what was run, and what the recorders saw');
  // Every line ends with a line feed, so what follows the last one is a line that was cut.
  const [first = '', ...lines] = text.split('\n');
  const rest = lines.pop();
  if (rest !== '') throw damaged(path, 'its last line has no end');
  if (lines.length < executionsMin) {
    throw damaged(path, `it holds ${lines.length} executions, ${executionsMin} were recorded`);
  }
  const executions: StoredEvidence['executions'] = [];
  for (const line of lines) {
    const evidence = parsed(evidenceSchema, parsedJson(line, path), path);
    executions.push({ evidence, packets: await loadPackets(folder, evidence) });
  }
  return { scenario: parsedScenario(parsedJson(first, path), path), executions };
}

function parsedScenario(value: unknown, path: string): Scenario {
  try {
    return parseScenario(value);
  } catch (error) {
    if (error instanceof NotAScenario) throw damaged(path, error.message);
    throw error;
  }
}

async function loadPackets(
  folder: string,
  { execution, packetCount }: Evidence,
): Promise<CapturedPacket[]> {
  if (packetCount === null) return [];
  const path = join(folder, pcapFile(execution));
  const packets = await readPackets(path);
  if (packets.length === packetCount) return packets;
  throw damaged(path, `it holds ${packets.length} packets, ${packetCount} were captured`);
}

/** An execution that never ended has left none. */
export function loadTimelines(folder: string): Timelines {
  const path = join(folder, timelineFile);
  const schema = z.partialRecord(z.enum(executionNames), timelineSchema);
  return parsed(schema, loadJson(path, 'timelines'), path);
}

export function loadPcap(folder: string, name: ExecutionName): Uint8Array {
  const path = join(folder, pcapFile(name));
  return explained(path, 'read', () => readFileSync(path));
}

async function readPackets(path: string): Promise<CapturedPacket[]> {
  const file = explained(path, 'read', () => readFileSync(path));
  try {
    return await readPcap(file);
  } catch (error) {
    if (error instanceof PcapError) throw damaged(path, error.message);
    throw error;
  }
}

/** Throws a UserError. */
export function loadJson(path: string, expected: string): unknown {
  return parsedJson(readText(path, expected), path);
}

function readText(path: string, expected: string): string {
  return explained(path, 'read', () => readFileSync(path, 'utf8'), expected);
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

/** What the file holds, checked. Throws a UserError. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, path: string): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw damaged(path, z.prettifyError(result.error));
}

function damaged(path: string, why: string): UserError {
  return new UserError(`${path} is cut short or damaged`, {
    expected: `a whole file of format ${formatVersion}; ${why}`,
    next: 'run the scenario again; the other files of the run are left as they are',
  });
}

function explained<T>(path: string, verb: string, run: () => T, expected?: string): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UserError) throw error;
    const code = 'code' in error ? String(error.code) : error.message;
    throw new UserError(`${path} cannot be ${verb}: ${code}`, {
      expected: expected ?? 'a folder and files that this user may read and write',
      next: 'name another folder, or check its permissions',
    });
  }
}
