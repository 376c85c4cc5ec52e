/**
 * A run's folder: evidence first, then what was concluded from it.
 *
 *     runs/<time>/run.json                          the result of the run
 *     runs/<time>/<path of scenario>/scenario.json  what was run
 *                                    main.evidence.json, main.pcap      what the recorders saw
 *                                    main.timeline.json                 the same, joined
 *                                    result.json                        what was concluded
 *
 * and the same three files for the `control` and `counter` executions.
 */
import {
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
  formatVersion,
  type RunResult,
  runResultSchema,
  type ScenarioResult,
} from './result.ts';
import { NotAScenario, parseScenario, type Scenario } from './scenario.ts';
import { type Timeline, timelineSchema } from './timeline.ts';

type ExecutionName = ExecutionResult['name'];

const runFile = 'run.json';

const evidenceFile = (name: ExecutionName) => `${name}.evidence.json`;
export const pcapFile = (name: ExecutionName) => `${name}.pcap`;
export const timelineFile = (name: ExecutionName) => `${name}.timeline.json`;

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
    makeFolder(folder);
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

/** Step by step: Node's own recursive mkdir never returns for a folder below /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
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

export function saveScenario(folder: string, scenario: Scenario): void {
  explained(folder, 'made', () => makeFolder(folder));
  saveJson(folder, 'scenario.json', scenario);
}

export function saveEvidence(
  folder: string,
  evidence: Evidence,
  packets: readonly CapturedPacket[],
): void {
  saveJson(folder, evidenceFile(evidence.execution), evidence);
  if (evidence.packetCount !== null) {
    saveNew(folder, pcapFile(evidence.execution), writePcap(packets));
  }
}

export function saveTimeline(folder: string, name: ExecutionName, timeline: Timeline): void {
  saveJson(folder, timelineFile(name), timeline);
}

export function saveScenarioResult(folder: string, result: ScenarioResult): void {
  saveJson(folder, 'result.json', result);
}

export function saveRun(folder: string, run: RunResult): void {
  save(folder, runFile, `${JSON.stringify(run, null, 1)}\n`);
}

/** Written whole or not at all: what was stored before stays until then. */
export function save(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  explained(path, 'written', () => {
    writeFileSync(`${path}.part`, content);
    renameSync(`${path}.part`, path);
  });
}

/** For files of a folder that this run has made: there is nothing yet that could be lost. */
function saveNew(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  explained(path, 'written', () => writeFileSync(path, content));
}

function saveJson(folder: string, name: string, value: unknown): void {
  saveNew(folder, name, `${JSON.stringify(value)}\n`);
}

/** Throws a UserError: no run there, a newer format, or cut short. */
export function loadRun(folder: string): RunResult {
  const value = loadJson(
    folder,
    runFile,
    'a folder that `pipewrench run` has written, such as runs/latest',
  );
  const format = z.object({ format: z.number() }).safeParse(value);
  if (format.success && format.data.format > formatVersion) {
    throw new UserError(`${join(folder, runFile)} was written by a newer pipewrench`, {
      expected: `format ${formatVersion} or older, got format ${format.data.format}`,
      next: 'update pipewrench, or run the scenarios again with this version',
    });
  }
  return parsed(runResultSchema, value, join(folder, runFile));
}

export function loadScenario(folder: string): Scenario {
  const value = loadJson(folder, 'scenario.json', 'the scenario that was run');
  try {
    return parseScenario(value);
  } catch (error) {
    if (error instanceof NotAScenario) throw damaged(join(folder, 'scenario.json'), error.message);
    throw error;
  }
}

/** The executions whose evidence is in the folder. */
export function storedExecutions(folder: string, names: readonly ExecutionName[]): ExecutionName[] {
  const files = explained(folder, 'read', () => readdirSync(folder));
  return names.filter((name) => files.includes(evidenceFile(name)));
}

/** Throws a UserError when evidence or pcap are cut short. */
export async function loadEvidence(
  folder: string,
  name: ExecutionName,
): Promise<{ evidence: Evidence; packets: CapturedPacket[] }> {
  const path = join(folder, evidenceFile(name));
  const evidence = parsed(evidenceSchema, loadJson(folder, evidenceFile(name), 'evidence'), path);
  if (evidence.packetCount === null) return { evidence, packets: [] };
  const packets = await loadPackets(join(folder, pcapFile(name)));
  if (packets.length !== evidence.packetCount) {
    throw damaged(
      join(folder, pcapFile(name)),
      `it holds ${packets.length} packets, ${evidence.packetCount} were captured`,
    );
  }
  return { evidence, packets };
}

export function loadTimeline(folder: string, name: ExecutionName): Timeline {
  const path = join(folder, timelineFile(name));
  return parsed(timelineSchema, loadJson(folder, timelineFile(name), 'a timeline'), path);
}

export function loadPcap(folder: string, name: ExecutionName): Uint8Array {
  const path = join(folder, pcapFile(name));
  return explained(path, 'read', () => readFileSync(path));
}

async function loadPackets(path: string): Promise<CapturedPacket[]> {
  const file = explained(path, 'read', () => readFileSync(path));
  try {
    return await readPcap(file);
  } catch (error) {
    if (error instanceof PcapError) throw damaged(path, error.message);
    throw error;
  }
}

function loadJson(folder: string, name: string, expected: string): unknown {
  const path = join(folder, name);
  const text = explained(path, 'read', () => readFileSync(path, 'utf8'), expected);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, path: string): z.infer<S> {
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
