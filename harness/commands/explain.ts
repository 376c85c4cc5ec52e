/** `pipewrench explain`: what is the matter with the connections of a capture, from wherever it comes. */
import { basename, dirname } from 'node:path';
import { diagnosisNames } from '../../explain/diagnosis.ts';
import { explain } from '../../explain/explain.ts';
import type { Explained, ExplainedConnection } from '../../explain/result.ts';
import { UserError, unknownName } from '../errors.ts';
import { exitCodes } from './exit-codes.ts';
import { choose } from './explain/choose.ts';
import { standardInput, withCapture } from './explain/open.ts';
import type { ExplainReporters, Ladder } from './explain/reporter.ts';
import { renderOptions } from './render-options.ts';

export interface ExplainCommand {
  format: string;
  connection?: readonly string[];
  port?: readonly string[];
  out?: string;
  toScenario?: string;
}

/** It is no report on what was found, but the packets themselves. */
const tcpdumpFormat = 'tcpdump';

/** Of those with findings first; a report of more would be too long to read. */
const laddersMax = 10;

/**
 * Prints what was found. Returns 0 when the capture was read to its end, 3 when only a part of it could be.
 * Throws a UserError for what is no capture.
 */
export async function explainCommand(
  file: string,
  { format, connection = [], port = [], out, toScenario }: ExplainCommand,
  reporters: ExplainReporters,
): Promise<number> {
  if (format === tcpdumpFormat) return tcpdumpCommand(file, { connection, port, out });
  const reporter = Object.hasOwn(reporters, format) ? reporters[format] : undefined;
  if (!reporter) {
    const known = [...Object.keys(reporters), tcpdumpFormat];
    throw unknownName('format', format, known, 'pick one with --format');
  }
  if (reporter.needsPackets) mustBeAFile(file, `--format ${format}`);
  if (toScenario !== undefined) mustBeAFile(file, '--to-scenario');
  const whole = await withCapture(file, explain);
  const explained = choose(whole, { connections: connection, ports: port });
  if (toScenario !== undefined) {
    const { writeScenario } = await import('./explain/to-scenario.ts');
    process.stdout.write(await writeScenario(file, explained, toScenario));
    return exitCodeOf(whole);
  }
  const ladders = reporter.needsPackets ? await ofChosen(file, explained) : [];
  const render = await reporter.load();
  const text = render({ file, explained, ladders }, renderOptions(process.stdout));
  if (out === undefined) process.stdout.write(text);
  else {
    const { save } = await import('../store.ts');
    save(dirname(out), basename(out), text);
  }
  return exitCodeOf(whole);
}

/** Line by line, however long the capture: nothing is found out about it. */
async function tcpdumpCommand(
  file: string,
  {
    connection,
    port,
    out,
  }: Required<Pick<ExplainCommand, 'connection' | 'port'>> & { out: string | undefined },
): Promise<number> {
  if (connection.length > 0 || port.length > 0) {
    throw new UserError(`--format ${tcpdumpFormat} prints every packet of the capture`, {
      expected: 'no --connection and no --port with it',
      next: 'leave them out, or use --format ladder',
    });
  }
  const { printAsTcpdump } = await import('./explain/tcpdump.ts');
  const { stopped } = await withCapture(file, (input) => printAsTcpdump(input, out));
  if (!stopped) return exitCodes.passed;
  process.stderr.write(`it was read up to byte ${stopped.offsetBytes}: ${stopped.reason}\n`);
  return exitCodes.unknown;
}

const exitCodeOf = ({ capture }: Explained) =>
  capture.stopped ? exitCodes.unknown : exitCodes.passed;

async function ofChosen(file: string, { shown }: Explained): Promise<Ladder[]> {
  const { laddersOf } = await import('./explain/ladders.ts');
  return laddersOf(file, chosenOf(shown));
}

/** What weighs most first, and of each diagnosis one before any has two. */
function chosenOf(shown: readonly ExplainedConnection[]): ExplainedConnection[] {
  const seen = new Map<number, number>();
  const ranked = shown.map((connection) => {
    const weight = weightOf(connection);
    const turn = seen.get(weight) ?? 0;
    seen.set(weight, turn + 1);
    return { connection, weight, turn };
  });
  ranked.sort((a, b) => a.turn - b.turn || a.weight - b.weight);
  return ranked
    .slice(0, laddersMax)
    .sort((a, b) => a.weight - b.weight)
    .map(({ connection }) => connection);
}

const weightOf = ({ findings: [first] }: ExplainedConnection) =>
  first ? diagnosisNames.indexOf(first.name) : diagnosisNames.length;

/** Packets are looked up once it is known whose are wanted: that takes a second reading. */
function mustBeAFile(file: string, what: string): void {
  if (file !== standardInput) return;
  throw new UserError(`${what} reads the capture twice, and standard input can be read once`, {
    expected: 'a file',
    next: 'write it to a file first: `cat > capture.pcap`',
  });
}
