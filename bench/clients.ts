/**
 * What clients in processes of their own cost: the scenarios of the clients in Go and Node from their first
 * start to their last result, how often each program is started for them, and what strace adds to a
 * scenario whose programs run already. usage: clients.js [ROUNDS], 3 when left out.
 */
import { fileURLToPath } from 'node:url';
import { clients } from '../clients/index.ts';
import { programs } from '../clients/programs.ts';
import { upstreamDriver } from '../fake-servers/driver.ts';
import type { ClientDriver } from '../harness/client.ts';
import { buildProgram } from '../harness/programs/build.ts';
import { programDriver } from '../harness/programs/host.ts';
import { tapSyscalls } from '../harness/recorders/syscalls.ts';
import type { TapOrWhyNot } from '../harness/recorders/syscalls-tap.ts';
import { startWire } from '../harness/recorders/wire.ts';
import { enterSandbox, sandboxState } from '../harness/sandbox.ts';
import { inFolderForRuns, loadSet, type Measured, measureSet, playableBy } from './set.ts';
import { formatMs, formatSpread, spread } from './statistics.ts';
import { verdict } from './table.ts';

const roundsDefault = 3;
const setBudgetMs = 90_000;
const ratioBudget = 2;
/** Of those that seem to be over the budget: a few hundred milliseconds are soon doubled by something else. */
const closerRounds = 10;
/** Of those over the budget. */
const toldMax = 10;
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const measured = programs.filter(({ name }) => /^(go|node)-/.test(name));

/** Commands by the name of the client; those that cannot be had here are told, and left out. */
async function buildAll(tell: (line: string) => void): Promise<Map<string, readonly string[]>> {
  const commands = new Map<string, readonly string[]>();
  for (const { name, build } of measured) {
    const built = await buildProgram(build, { packageFolder });
    if ('command' in built) commands.set(name, built.command);
    else tell(`without ${name}: ${built.unavailable}`);
  }
  return commands;
}

/** Programs that are not running yet, and how often each was started since. */
class Fleet {
  readonly starts = new Map<string, number>();
  readonly drivers: ClientDriver[];

  constructor(commands: ReadonlyMap<string, readonly string[]>, tap: TapOrWhyNot) {
    this.drivers = measured.flatMap((program) => {
      const command = commands.get(program.name);
      if (!command) return [];
      const started = async () => {
        this.starts.set(program.name, (this.starts.get(program.name) ?? 0) + 1);
        return command;
      };
      return [programDriver(program, started, tap)];
    });
  }

  async stop(): Promise<void> {
    for (const { program } of this.drivers) await program?.stop();
  }
}

const elapsedMs = (runs: readonly Measured[]) =>
  runs.reduce((sum, { elapsedMs: ms }) => sum + ms, 0);

async function main(rounds: number): Promise<number> {
  const commands = await buildAll(console.log);
  const tap = tapSyscalls();
  if ('unavailable' in tap) {
    console.log(`nothing to compare: ${tap.unavailable}`);
    return 3;
  }
  const bare = new Fleet(commands, { unavailable: 'left out to compare' });
  const all = await playableBy(await loadSet(), [...clients, ...bare.drivers]);
  const set = all.filter(({ scenario }) => commands.has(scenario.client));
  const wire = await startWire();
  const { signal } = new AbortController();
  const wholeMs: number[] = [];
  const startsMax: number[] = [];
  const ratios = new Map<string, number[]>();
  const note = (traced: readonly Measured[], untraced: readonly Measured[]) => {
    for (const [index, { result, elapsedMs: ms }] of traced.entries()) {
      const without = untraced[index]?.elapsedMs ?? Number.NaN;
      ratios.set(result.path, [...(ratios.get(result.path) ?? []), ms / without]);
    }
  };
  const median = (path: string) => spread(ratios.get(path) ?? []).median;
  await inFolderForRuns(async (under) => {
    const play = ({ drivers }: Fleet, some = set) =>
      measureSet(some, wire, under, signal, [...clients, ...drivers]);
    await play(bare);
    for (let round = 0; round < rounds; round++) {
      const watched = new Fleet(commands, tap);
      wholeMs.push(elapsedMs(await play(watched)));
      startsMax.push(Math.max(...watched.starts.values()));
      note(await play(watched), await play(bare));
      await watched.stop();
    }
    const closer = set.filter(({ path }) => median(path) > ratioBudget);
    if (closer.length === 0) return;
    for (const { path } of closer) ratios.delete(path);
    const watched = new Fleet(commands, tap);
    await play(watched, closer);
    for (let round = 0; round < closerRounds; round++)
      note(await play(watched, closer), await play(bare, closer));
    await watched.stop();
  });
  await bare.stop();
  await wire.stop();
  await upstreamDriver.release();

  const medians = [...ratios.keys()].map((path) => ({ path, ratio: median(path) }));
  const dearest = medians.sort((a, b) => b.ratio - a.ratio).slice(0, toldMax);
  const ratio = spread(medians.map(({ ratio: each }) => each));
  console.log(`${set.length} scenarios of ${commands.size} programs, ${rounds} rounds`);
  console.log(`the set, its programs started too: ${formatMs(spread(wholeMs))}`);
  console.log(`starts of one program: ${startsMax.join(', ')} at most`);
  console.log(`with strace / without, of each scenario: ${formatSpread(ratio)}`);
  console.log(
    `the dearest; those above ${ratioBudget} at first were played ${closerRounds} times more:`,
  );
  for (const { path } of dearest)
    console.log(`  ${formatSpread(spread(ratios.get(path) ?? []))}  ${path}`);
  const within = medians.filter(({ ratio: each }) => each <= ratioBudget).length;
  const requirements = [
    { what: 'the set in 90 s', isKept: spread(wholeMs).median <= setBudgetMs },
    { what: 'one start for each program', isKept: Math.max(...startsMax) === 1 },
    {
      what: `strace at most doubles a scenario (${within} of ${medians.length})`,
      isKept: within === medians.length,
    },
  ];
  console.log(verdict(requirements));
  return 0;
}

async function start(argument = String(roundsDefault)): Promise<number> {
  if (!/^[1-9]\d*$/.test(argument)) {
    console.error(`expected a number of rounds, at least 1, got "${argument}"`);
    console.error('try: make overhead ARGS=1');
    return 2;
  }
  const warn = (why: string) => console.log(`no network namespace of its own: ${why}`);
  // Inside there is no network to build with.
  if (!sandboxState().isInside) await buildAll(() => {});
  return (await enterSandbox(warn)) ?? (await main(Number(argument)));
}

process.exitCode = await start(process.argv[2]);
