/** A scenario before it is written: code for its fields, and what has to be said about it. */
import type { Finding } from '../../../../explain/diagnosis.ts';
import type { ExplainedConnection } from '../../../../explain/result.ts';
import type { Talk } from './talk.ts';

export interface Plan {
  protocol: string;
  client: string;
  clock?: 'virtual';
  deadlineMs?: number;
  upstream: string;
  workload: string[];
  expect: string[];
  counter: string;
}

/** What of the capture a plan is made from. */
export interface Found {
  connection: ExplainedConnection;
  finding: Finding;
  talk: Talk;
  /** Answered before it went wrong, as many as are played. */
  answered: number;
  /** How often the client spoke until then: a login is no request, and several may be sent at once. */
  servedTurns: number;
  /** How long it lay idle before the upstream closed. */
  idleMs: number;
  /** How long the upstream made the client wait. */
  waitMs: number;
  /** What could not be taken over is told here. */
  note(text: string): void;
}

/** Why no scenario can be made of it. */
export class NotToBeRepeated extends Error {
  override readonly name = 'NotToBeRepeated';
}

/** Characters of a string literal that are not written as they are. */
const escapes: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A string literal; every unit of `text` that is not ASCII is escaped. */
export function literal(text: string): string {
  const inside = text.replace(/['\\\n\r\t]|[^\x20-\x7e]/g, (character) => {
    const code = character.charCodeAt(0);
    const known = escapes[character];
    if (known !== undefined) return known;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `'${inside}'`;
}

/** `connections([a, b], [c])` */
export const connectionsOf = (...lists: readonly string[][]) =>
  `connections(${lists.map((steps) => `[${steps.join(', ')}]`).join(', ')})`;

/** Nothing where there is none to answer. */
export const answers = (count: number) => (count > 0 ? [`answer(${count})`] : []);
