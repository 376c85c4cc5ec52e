/**
 * How fast `pipewrench explain` reads a capture, beside tshark's expert information on the same file in the
 * same rounds, whole processes both; and how much memory it takes for ten times as many packets. The
 * captures are made, from a seed (bench/explain/capture.ts). usage: explain.js [ROUNDS]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../kernel/programs.ts';
import { numberFrom } from './arguments.ts';
import { makeCapture } from './explain/capture.ts';
import { formatSpread, spread } from './statistics.ts';

const packets = 276_000;
const memoryPackets = [300_000, 3_000_000] as const;
const goals = { required: 5, aim: 10 };
const seed = 1;
/** Of one process. */
const limitMs = 120_000;

const cli = fileURLToPath(new URL('../harness/cli.js', import.meta.url));
const once = fileURLToPath(new URL('explain/once.js', import.meta.url));

/** Milliseconds that the process took. Throws when it fails. */
function timed(program: string, args: readonly string[]): number {
  const from = performance.now();
  const { status, error } = spawnSync(program, args, { stdio: 'ignore', timeout: limitMs });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')} failed with ${status}`);
  return performance.now() - from;
}

function peakMb(file: string): number {
  const { stdout } = spawnSync(process.execPath, [once, file], {
    encoding: 'utf8',
    timeout: limitMs,
  });
  return Number(stdout) / 1000;
}

function besideTshark(tshark: string, file: string, rounds: number): void {
  const ratios: number[] = [];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const their = timed(tshark, ['-r', file, '-q', '-z', 'expert']);
    const our = timed(process.execPath, [cli, 'explain', file]);
    theirs.push(their);
    ours.push(our);
    ratios.push(their / our);
  }
  const ratio = spread(ratios);
  const kept = (goal: number) => (ratio.median >= goal ? 'kept' : 'NOT kept');
  console.log(`tshark ${formatSpread(spread(theirs))} ms`);
  console.log(`explain ${formatSpread(spread(ours))} ms`);
  console.log(`times as fast, round by round: ${formatSpread(ratio)}`);
  console.log(
    `required ${goals.required}: ${kept(goals.required)} · aim ${goals.aim}: ${kept(goals.aim)}`,
  );
}

function main(rounds: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'pipewrench-explain-'));
  try {
    const file = join(folder, 'made.pcap');
    const made = makeCapture(file, packets, seed);
    console.log(
      `${made.packets} packets of ${made.connections} connections, seed ${seed}; ${rounds} rounds`,
    );
    const tshark = findProgram('tshark');
    if (tshark) besideTshark(tshark, file, rounds);
    else console.log('tshark is not installed: there is nothing to compare with');
    for (const count of memoryPackets) {
      makeCapture(file, count, seed);
      console.log(`${count} packets: ${peakMb(file).toFixed(0)} MB at most`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(numberFrom(process.argv[2], { name: 'rounds', initial: 5, min: 1, max: 100 }));
