/** tcpdump as a child process: spawned once for a run, its output parsed as it comes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'pcap-parser';
import { linkTypes } from '../../captures/link.ts';
import { findProgram } from '../../kernel/programs.ts';
import {
  type Capture,
  type CaptureListener,
  type CaptureSettings,
  CaptureUnavailable,
} from './capture.ts';
import { toEthernet } from './cooked.ts';
import { toCapturedPacket } from './pcap.ts';

// The largest frame of the loopback interface, whose MTU is 65536: nothing is cut.
const snapshotBytes = 65_600;

/** Its version line, or undefined when it is not installed. */
export function tcpdumpVersion(): string | undefined {
  const program = findProgram('tcpdump');
  if (!program) return undefined;
  const { stderr, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.split('\n').find((line) => line.startsWith('tcpdump'));
}

/** Throws CaptureUnavailable when tcpdump is missing or may not capture here. */
export async function startTcpdump(
  { onPacket, onEnd }: CaptureListener,
  settings: CaptureSettings,
): Promise<Capture> {
  const program = findProgram('tcpdump');
  if (!program) {
    throw new CaptureUnavailable(
      'tcpdump is not installed; `pipewrench doctor` tells how to get it',
    );
  }
  const tcpdump = spawnTcpdump(program, settings);
  const stderr: string[] = [];
  const watchers = new Set<() => void>();
  let isStopping = false;
  tcpdump.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr.push(text);
    for (const look of watchers) look();
  });
  tcpdump.once('error', (error) => stderr.push(error.message));
  // `close` comes after the last of both outputs, `exit` may come before.
  const ended = once(tcpdump, 'close').then(() => {
    for (const look of watchers) look();
    if (!isStopping) onEnd(`tcpdump ended: ${stderr.join('').trim()}`);
  });

  /** Resolves with the match, or undefined when the program ended without it. */
  const said = (pattern: RegExp, from: number) =>
    new Promise<RegExpMatchArray | undefined>((resolve) => {
      const look = () => {
        const match = stderr.slice(from).join('').match(pattern);
        const hasEnded = tcpdump.exitCode !== null || tcpdump.signalCode !== null;
        if (!match && !hasEnded) return;
        watchers.delete(look);
        resolve(match ?? undefined);
      };
      watchers.add(look);
      look();
    });

  if (!tcpdump.stdout) throw new CaptureUnavailable('tcpdump has no output to read');
  const parser = parse(tcpdump.stdout);
  let linkType: number = linkTypes.ethernet;
  parser.on('globalHeader', ({ linkLayerType }) => {
    linkType = linkLayerType;
  });
  parser.on('packet', (parsed) => {
    const seen = toEthernet(toCapturedPacket(parsed), linkType);
    if (seen) onPacket(seen.packet, seen.device);
  });
  parser.on('error', (error) => stderr.push(error.message));
  // After the parser has seen the bytes. It would join even an empty rest to the next ones, with a
  // constructor that is deprecated: each time Node walks the stack to see whom to warn.
  tcpdump.stdout.on('data', () => {
    if (parser.buffer?.length === 0) parser.buffer = null;
  });

  if (!(await said(/listening on/, 0))) {
    isStopping = true;
    throw new CaptureUnavailable(`tcpdump cannot capture here: ${stderr.join('').trim()}`);
  }

  const droppedSoFar = async () => {
    const from = stderr.length;
    // On Linux tcpdump answers SIGUSR1 with its counts, tcpdump(8).
    tcpdump.kill('SIGUSR1');
    const match = await said(/(\d+) packets? dropped by kernel/, from);
    if (!match) throw new CaptureUnavailable(`tcpdump ended: ${stderr.join('').trim()}`);
    return Number(match[1]);
  };

  const stop = async () => {
    isStopping = true;
    tcpdump.kill('SIGINT');
    await ended;
  };

  // It writes each packet as it comes.
  return { droppedSoFar, sendBarrier: (send) => send(0), stop };
}

function spawnTcpdump(program: string, { device, bufferBytes }: CaptureSettings): ChildProcess {
  const args = ['-i', device, '-w', '-', '-U', '--immediate-mode', '-n'];
  args.push(
    '-B',
    String(Math.ceil(bufferBytes / 1024)),
    '-s',
    String(snapshotBytes),
    'tcp or udp or icmp',
  );
  // As root it would give up its rights to a user that a namespace may not know.
  if (process.getuid?.() === 0) args.push('-Z', 'root');
  // Ends with this process however that ends, so that nothing is left behind.
  const setpriv = findProgram('setpriv');
  const [command, commandArgs] = setpriv
    ? [setpriv, ['--pdeathsig', 'KILL', program, ...args]]
    : [program, args];
  return spawn(command, commandArgs, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is the runner's to handle: it still needs the last packets.
    detached: true,
  });
}
