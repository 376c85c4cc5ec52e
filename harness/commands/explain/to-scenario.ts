/** `pipewrench explain --to-scenario`: a scenario that does again what was found in a capture. */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type DiagnosisName, type Finding, meanings } from '../../../explain/diagnosis.ts';
import type { Explained, ExplainedConnection } from '../../../explain/result.ts';
import { messageOf, UserError } from '../../errors.ts';
import { save } from '../../store.ts';
import { nameOf } from './choose.ts';
import { packetsOf } from './packets.ts';
import { planOfCalls } from './scenario/calls.ts';
import { type Found, literal, NotToBeRepeated, type Plan } from './scenario/plan.ts';
import { planOfQueries } from './scenario/queries.ts';
import { talkOf } from './scenario/talk.ts';
import { scenarioText } from './scenario/write.ts';

/** As many exchanges tell what hundreds would. */
const answeredMax = 20;
/** Within the deadline of a request. */
const waitMsMax = 1000;
const waitMsMin = 20;

/**
 * Writes the file and returns what to print. Throws a UserError when nothing was found, when it cannot be
 * repeated, or when the file is there already.
 */
export async function writeScenario(
  file: string,
  { shown }: Explained,
  path: string,
): Promise<string> {
  mustBeWritable(path);
  const connection = shown.find(({ findings }) => findings.length > 0);
  const [finding] = connection?.findings ?? [];
  if (!connection || !finding) {
    throw new UserError('nothing is the matter with these connections', {
      expected: 'a connection with a diagnosis',
      next: 'choose another one with --connection',
    });
  }
  const [read] = await packetsOf(file, [connection]);
  const notes: string[] = [];
  const found = foundOf(connection, finding, talkOf(connection, read?.packets ?? []), notes);
  const plan = planOf(found);
  const text = scenarioText(plan, {
    title: literal(`${finding.name}: ${inLowerCase(meanings[finding.name].means)}`),
    comment: [
      `Written by pipewrench explain from ${printableLine(basename(file))}, connection ${nameOf(connection)}:`,
      printableLine(finding.story),
      '',
      ...notes.map(printableLine),
      'Addresses, the sizes of answers and what the upstream did meanwhile are not taken over.',
    ],
  });
  makeFolder(dirname(path));
  save(dirname(path), basename(path), text);
  return `${path}: ${finding.name}, ${plan.protocol}, the client is ${plan.client}\nnext: pipewrench run ${path}\n`;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`${folder} cannot be made: ${messageOf(error)}`, {
      expected: 'a folder that this user may write to',
      next: 'choose another one',
    });
  }
}

function planOf(found: Found): Plan {
  try {
    return planOfQueries(found) ?? planOfCalls(found);
  } catch (error) {
    if (!(error instanceof NotToBeRepeated)) throw error;
    throw new UserError(`${found.finding.name} cannot be written as a scenario: ${error.message}`, {
      expected: 'a diagnosis that an upstream can be made to give again',
      next: 'choose another connection with --connection, or write one: docs/adding-a-scenario.md',
    });
  }
}

function foundOf(
  connection: ExplainedConnection,
  finding: Finding,
  talk: Found['talk'],
  notes: string[],
): Found {
  const note = (text: string) => {
    notes.push(text);
  };
  const served = servedOf(connection, finding, talk);
  if (connection.answers > served.answered) {
    note(`${connection.answers} requests had been answered; ${served.answered} are here.`);
  }
  const [first, second] = finding.proof;
  return {
    connection,
    finding,
    talk,
    ...served,
    idleMs: capped((finding.figures?.idleUs ?? 0) / 1000, 'idle', note),
    waitMs: capped(first && second ? (second.atUs - first.atUs) / 1000 : 0, 'of waiting', note),
    note,
  };
}

/** A request was open when it went wrong. */
const whileAsked: ReadonlySet<DiagnosisName> = new Set([
  ...(['closed-with-unread-data', 'died-before-response', 'died-in-mid-response'] as const),
  ...(['unanswered', 'black-hole', 'caller-gone'] as const),
]);

/** Several requests in one turn, or several turns for one: then all of them are played. */
const turnsMax = 300;

function servedOf(
  { answers, closed }: ExplainedConnection,
  { name }: Finding,
  { turns }: Found['talk'],
): Pick<Found, 'answered' | 'servedTurns'> {
  const until = turns.filter(({ frame }) => !closed || frame < closed.frame);
  const before = until.length;
  // What was said last and not answered was a farewell, when nobody waited for an answer.
  const servedTurns = whileAsked.has(name)
    ? Math.max(0, before - 1)
    : until.findLastIndex(({ answeredBytes }) => answeredBytes > 0) + 1;
  const isOneEach = servedTurns >= answers && servedTurns - answers <= loginTurnsMax;
  const tooMany = isOneEach ? Math.max(0, answers - answeredMax) : 0;
  if (servedTurns - tooMany > turnsMax) {
    throw new UserError(
      `${name} cannot be written as a scenario: the client speaks ${before} times`,
      {
        expected: `at most ${turnsMax} times, or one request at a time`,
        next: 'choose another connection with --connection',
      },
    );
  }
  return { answered: answers - tooMany, servedTurns: servedTurns - tooMany };
}

/** Of MySQL and PostgreSQL, before anything is asked. */
const loginTurnsMax = 4;

function capped(ms: number, what: string, note: (text: string) => void): number {
  if (ms > waitMsMax) note(`${Math.round(ms)} ms ${what} are ${waitMsMax} ms here.`);
  return Math.round(Math.min(waitMsMax, Math.max(waitMsMin, ms)));
}

const inLowerCase = (sentence: string) =>
  sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');

/** A comment is one line, and nothing in it acts. */
const printableLine = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');

function mustBeWritable(path: string): void {
  if (!/\.[jt]s$/.test(path)) {
    throw new UserError(`${path} does not end in .ts or .js`, {
      expected: 'the name of a scenario file',
      next: 'type for example --to-scenario again.ts',
    });
  }
  if (existsSync(path)) {
    throw new UserError(`${path} is there already`, {
      expected: 'the name of a new file',
      next: 'choose another name, or remove the file',
    });
  }
}
