/**
 * `pipewrench trace`: runs any program, on the machine's own network, and shows what happened on its
 * connections: packets and system calls on one clock. No scenario, no verdict.
 */
import { statSync } from 'node:fs';
import { constants, release } from 'node:os';
import { join, relative } from 'node:path';
import { findProgram, isExecutable } from '../../kernel/programs.ts';
import { UserError } from '../errors.ts';
import type { Gap } from '../event.ts';
import { type CaptureName, CaptureUnavailable } from '../recorders/capture.ts';
import { writePcap } from '../recorders/pcap.ts';
import { describeCapture } from '../recorders/start-capture.ts';
import { straceVersion, tapSyscalls } from '../recorders/syscalls.ts';
import type { SyscallTap } from '../recorders/syscalls-tap.ts';
import { startWire, type WireRecorder } from '../recorders/wire.ts';
import type { TraceReporter, TraceSource } from '../reporter.ts';
import { sandboxState } from '../sandbox.ts';
import { shellWord } from '../shell.ts';
import { createRunFolder, save } from '../store.ts';
import { Teardown } from '../teardown.ts';
import { type TraceResult, traceFormat } from '../trace-result.ts';
import { exitCodes } from './exit-codes.ts';
import { renderOptions } from './render-options.ts';
import { findTraceReporter, type Tools } from './tools.ts';
import { conclude } from './trace/conclude.ts';
import { type PacketKeeper, packetKeeper } from './trace/packets.ts';
import { saveTrace, tracePcapFile } from './trace/store.ts';
import { runTraced, type Traced } from './trace/traced.ts';

export interface TraceCommand {
  port?: readonly string[];
  out?: string;
  reporter: string;
  /** What records the packets; left out: tcpdump where it is installed. */
  capture?: CaptureName;
}

type Unavailable = { unavailable: string };

/** What our own lines begin with, among those of the program. */
const say = (text: string) => process.stderr.write(`pipewrench: ${text}\n`);

/**
 * Runs the program to its end and prints what happened. Returns its exit code, or 3 when nothing could be
 * recorded and it was not run. Throws a UserError for what the user can put right.
 */
export async function traceCommand(
  command: readonly string[],
  options: TraceCommand,
  tools: Tools,
): Promise<number> {
  const reporter = findTraceReporter(options.reporter, tools);
  const ports = (options.port ?? []).map(parsePort);
  mustBeRunnable(command[0] ?? '');
  const tap = tapSyscalls();
  const teardown = new Teardown();
  let named: ReadonlySet<number> = new Set();
  const keeper = packetKeeper({ asked: ports, named: () => named });
  try {
    const wire = await startCapturing(keeper, options.capture, teardown);
    const blind = whyBlind(tap, wire, ports);
    if (blind) {
      process.stderr.write(`error: nothing can be recorded\n${blind}`);
      return exitCodes.unknown;
    }
    const startedAt = new Date();
    const folder = createRunFolder(process.cwd(), options.out, startedAt);
    announce(command, tap, wire);
    const traced = await runTraced(command, {
      tap: 'unavailable' in tap ? undefined : tap,
      ports,
      onNamed: (known) => {
        named = known;
      },
      say,
    });
    const gaps = [...callGaps(traced, tap), ...(await wireGaps(keeper, wire))];
    const calls = 'unavailable' in tap ? undefined : traced.calls;
    const { packets, ...seen } = conclude({ calls, packets: keeper.packets(), gaps, ports });
    const trace: TraceResult = {
      format: traceFormat,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      command: [...command],
      interrupted: traced.interrupted,
      exit: traced.exit,
      machine: machineOf(wire, tools),
      syscalls: 'unavailable' in tap ? tap.unavailable : (straceVersion() ?? 'strace'),
      ports,
      ...seen,
      pcap: 'unavailable' in wire ? null : tracePcapFile,
    };
    const source = { trace, pcap: trace.pcap === null ? undefined : writePcap(packets) };
    saveTrace(folder, source);
    print(folder, source, reporter, tools);
    return exitCodeOf(traced.exit);
  } finally {
    await teardown.unwind();
  }
}

function print(folder: string, source: TraceSource, reporter: TraceReporter, tools: Tools): void {
  const rendering = renderOptions(process.stdout);
  const html = tools.traceReporters.html;
  if (html) save(folder, 'report.html', html.render(source, rendering));
  process.stdout.write(reporter.render(source, rendering));
  say(`report: ${join(relative(process.cwd(), folder) || '.', 'report.html')}`);
}

function parsePort(typed: string): number {
  const port = Number(typed);
  if (/^\d{1,5}$/.test(typed) && port >= 1 && port <= 65_535) return port;
  throw new UserError(`--port ${typed} is no port`, {
    expected: 'a number from 1 to 65535',
    next: 'type for example --port 5432; it may be repeated',
  });
}

function mustBeRunnable(program: string): void {
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const found = program.includes('/')
    ? isFile(program) && isExecutable(program)
    : findProgram(program) !== undefined;
  if (found) return;
  throw new UserError(`there is no program ${shellWord(program)} that can be run`, {
    expected: 'a command after --, as it would be typed without pipewrench',
    next: 'check its name and that it is executable; a shell does: -- sh -c "a | b"',
  });
}

async function startCapturing(
  keeper: PacketKeeper,
  capture: CaptureName | undefined,
  teardown: Teardown,
): Promise<WireRecorder | Unavailable> {
  try {
    const wire = await startWire({
      device: 'any',
      onOther: keeper.see,
      ...(capture && { capture }),
    });
    teardown.add('the capture', () => wire.stop());
    return wire;
  } catch (error) {
    if (error instanceof CaptureUnavailable) return { unavailable: error.message };
    throw error;
  }
}

/** Undefined when at least one recorder can say something. */
function whyBlind(
  tap: SyscallTap | Unavailable,
  wire: WireRecorder | Unavailable,
  ports: readonly number[],
): string | undefined {
  if (!('unavailable' in tap)) return undefined;
  const why = `  system calls: ${tap.unavailable}\n`;
  if ('unavailable' in wire)
    return `${why}  packets: ${wire.unavailable}\n  next: pipewrench doctor\n`;
  if (ports.length > 0) return undefined;
  return `${why}  packets: without system calls nobody says which are the program's\n  next: name the ports of its upstreams with --port\n`;
}

function announce(
  command: readonly string[],
  tap: SyscallTap | Unavailable,
  wire: WireRecorder | Unavailable,
): void {
  say(`recording ${command.map(shellWord).join(' ')}`);
  if ('unavailable' in tap) say(`no system calls: ${tap.unavailable}`);
  if ('unavailable' in wire) say(`no packets: ${wire.unavailable}`);
}

function callGaps({ gap }: Traced, tap: SyscallTap | Unavailable): Gap[] {
  const reason = 'unavailable' in tap ? tap.unavailable : gap;
  return reason === undefined ? [] : [{ recorder: 'syscalls', reason }];
}

async function wireGaps(keeper: PacketKeeper, wire: WireRecorder | Unavailable): Promise<Gap[]> {
  const missed = 'unavailable' in wire ? wire.unavailable : (await wire.collect()).gap;
  return [missed, keeper.gap()]
    .filter((reason) => reason !== undefined)
    .map((reason) => ({ recorder: 'wire', reason }));
}

function machineOf(wire: WireRecorder | Unavailable, { version }: Tools): TraceResult['machine'] {
  return {
    pipewrench: version,
    node: process.version,
    kernel: release(),
    sandbox: sandboxState().text,
    capture: 'unavailable' in wire ? wire.unavailable : describeCapture(wire.capture),
  };
}

/** As a shell reports it. */
function exitCodeOf({ code, signal }: Traced['exit']): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
