/**
 * An upstream kills a connection in a hundred exchanges, at any byte. Every query that may be sent again
 * must be saved, and each that was not is held against the upstream's log of what it killed.
 *
 * usage: saved.js [SEED [ROUNDS [SECONDS]]]
 */
import { release } from 'node:os';
import { enterSandbox } from '../harness/sandbox.ts';
import { numberFrom } from './arguments.ts';
import { type Child, startChild } from './children.ts';
import { seedFrom } from './random.ts';
import { AttemptLog } from './saved/attempts.ts';
import type { Kill } from './saved/kills.ts';
import { type Played, printPlayed } from './saved/report.ts';
import type { UpstreamTold } from './saved/upstream.ts';
import { playRound } from './saved/users.ts';

const connections = 10;
/** Several for each connection, so that a kill hits several queries. */
const users = 50;
const killOneIn = 100;
const warmUpMs = 1000;

async function play(
  child: Child<UpstreamTold>,
  { rounds, durationMs }: { rounds: number; durationMs: number },
): Promise<Played[]> {
  const { port } = await child.next();
  if (port === undefined) throw new Error('the upstream told no port');
  const log = new AttemptLog();
  log.start();
  let number = 0;
  const nextNumber = () => number++;
  const options = { port, connections, users, nextNumber, log };
  await playRound({ ...options, durationMs: warmUpMs });
  const played: Played[] = [];
  for (let round = 0; round < rounds; round++) {
    const playFaulty = async () => {
      await killsOf(child, { isKilling: true });
      const faulty = await playRound({ ...options, durationMs });
      return { faulty, kills: await killsOf(child, { isKilling: false }) };
    };
    const playFaultless = async () => ({ faultless: await playRound({ ...options, durationMs }) });
    // Each is first in every other round.
    played.push(
      round % 2 === 0
        ? { ...(await playFaultless()), ...(await playFaulty()) }
        : { ...(await playFaulty()), ...(await playFaultless()) },
    );
  }
  return played;
}

/** Those since it was asked before. */
async function killsOf(child: Child<UpstreamTold>, asked: { isKilling: boolean }): Promise<Kill[]> {
  child.tell(asked);
  return (await child.next()).kills ?? [];
}

async function main([seedText, roundsText, secondsText]: readonly string[]): Promise<number> {
  const seed = seedFrom(seedText);
  const rounds = numberFrom(roundsText, { name: 'rounds', initial: 5, min: 1, max: 100 });
  const seconds = numberFrom(secondsText, { name: 'seconds', initial: 2, min: 0.1, max: 60 });
  console.log(
    `saved: ${users} users of ${connections} connections, 1 exchange in ${killOneIn} killed; ${rounds} rounds of ${seconds} s with and without, in turns; seed ${seed} · Node ${process.version} · kernel ${release()}`,
  );
  const child = startChild<UpstreamTold>('./saved/upstream.js', {
    from: import.meta.url,
    args: [String(seed), String(killOneIn)],
  });
  try {
    return printPlayed(await play(child, { rounds, durationMs: seconds * 1000 })) ? 0 : 1;
  } finally {
    await child.stop();
  }
}

process.exitCode =
  (await enterSandbox((why) => console.log(`no network namespace of its own: ${why}`))) ??
  (await main(process.argv.slice(2)));
