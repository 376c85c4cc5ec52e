/** What is wrong with a script that somebody wrote, and where. */

export interface Place {
  /** Counted from 1. */
  line: number;
  /** Counted from 1, in UTF-16 code units. */
  column: number;
}

export interface Fault {
  message: string;
  expected: string;
  /** What to write instead, or where to look. */
  next: string;
}

export interface Problem extends Fault, Place {
  /** The file, or the option that the text was given with. */
  file: string;
}

/** Where in a value something is wrong: at the value of this path, or at its last key. */
export interface FaultAt extends Fault {
  path: readonly PropertyKey[];
  at: 'key' | 'value';
}

const shownMax = 60;

/** The value as it is shown in a message: on one line, and short. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) {
    return cut(`an object with ${Object.keys(value).join(', ') || 'nothing in it'}`);
  }
  return cut(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing'));
}

function cut(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}...`;
}

/** The line and column of this offset. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
