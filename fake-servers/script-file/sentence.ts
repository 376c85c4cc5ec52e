/**
 * A script in words: steps joined by `, then `, connections by `; ` or on lines of their own.
 *
 *     answer 1 request, then close; answer every request
 *     connection 1: answer 1 request, then close
 *     connection 2 and later: answer every request
 */
import type { Draft, Drafted, Item } from './draft.ts';
import { type Fault, type Problem, placeOf, shown } from './problem.ts';

/** A part of the text, without the blanks around it. */
interface Part {
  text: string;
  offset: number;
}

const quotedText = /"(?:[^"\\]|\\.)*"/gs;
const prefix = /^(?:(listener)|(every connection)|connection (\d+)( and later)?):\s*/;

export function draftOfWords(file: string, text: string): Drafted {
  // What is quoted may hold anything; it is blotted out, and every offset stays what it is.
  const masked = text.replace(quotedText, (quoted) => '_'.repeat(quoted.length));
  const found = quoteFaults(text, masked);
  const draft: Draft = { listener: [], connections: [] };
  if (found.length === 0) found.push(...fill(draft, text, masked));
  if (found.length === 0 && draft.connections.length === 0) found.push({ offset: 0, fault: empty });
  if (found.length === 0) return { draft };
  const toProblem = ({ offset, fault }: Found): Problem => ({
    file,
    ...placeOf(text, offset),
    ...fault,
  });
  return { problems: found.map(toProblem) };
}

interface Found {
  offset: number;
  fault: Fault;
}

const empty: Fault = {
  message: 'the script is empty',
  expected: 'steps for at least one connection',
  next: 'write for example "answer 1 request, then close; answer every request"',
};

function quoteFaults(text: string, masked: string): Found[] {
  const expected = 'a text in double quotes, as in JSON';
  const next = 'write \\\\ for a backslash and \\n for a new line';
  const faults = [...text.matchAll(quotedText)].flatMap(({ 0: quoted, index: offset }) => {
    const message = `${shown(quoted)} is no quoted text`;
    return isJson(quoted) ? [] : [{ offset, fault: { message, expected, next } }];
  });
  const open = masked.indexOf('"');
  if (open === -1) return faults;
  const fault = { message: 'a quote is never closed', expected, next: 'add the closing "' };
  return [...faults, { offset: open, fault }];
}

/** Reads the text into the draft; returns what stands in the wrong place. */
function fill(draft: Draft, text: string, masked: string): Found[] {
  const found: Found[] = [];
  let last: number | undefined;
  for (const part of connectionsOf(text, masked)) {
    const [label = '', listener, every, ordinal, later] = prefix.exec(part.text) ?? [];
    const steps = trimmed(text, part.offset + label.length, part.offset + part.text.length);
    const items = itemsOf(text, masked, steps);
    const fault = listener ? misplaced(draft) : misnumbered(draft, last, { every, ordinal, label });
    if (fault) found.push({ offset: part.offset, fault });
    if (listener) draft.listener.push(...items);
    else draft.connections.push(items);
    if (every || later) last = draft.connections.length;
  }
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function connectionsOf(text: string, masked: string): Part[] {
  return pieces(masked, /[;\n]/g, 0, text.length)
    .map(([start, end]) => trimmed(text, start, end))
    .filter((part) => part.text !== '');
}

function itemsOf(text: string, masked: string, { text: steps, offset }: Part): Item[] {
  if (steps === '' || steps === 'do nothing') return [];
  return pieces(masked, /,\s+then\s+/g, offset, offset + steps.length).map(([start, end]) => {
    const part = trimmed(text, start, end);
    return { value: part.text, locate: () => placeOf(text, part.offset) };
  });
}

/** What is between the separators, from start to end. */
function pieces(masked: string, separator: RegExp, start: number, end: number) {
  const found: [start: number, end: number][] = [];
  let from = start;
  for (const match of masked.slice(start, end).matchAll(separator)) {
    found.push([from, start + match.index]);
    from = start + match.index + match[0].length;
  }
  found.push([from, end]);
  return found;
}

function trimmed(text: string, start: number, end: number): Part {
  const part = text.slice(start, end);
  return { text: part.trim(), offset: start + part.length - part.trimStart().length };
}

function misplaced({ connections }: Draft): Fault | undefined {
  if (connections.length === 0) return undefined;
  return {
    message: 'the listener comes after a connection',
    expected: 'what the listener does before the first connection',
    next: 'write it first',
  };
}

interface Numbered {
  every: string | undefined;
  ordinal: string | undefined;
  label: string;
}

function misnumbered(
  { connections }: Draft,
  last: number | undefined,
  { every, ordinal, label }: Numbered,
): Fault | undefined {
  const here = connections.length + 1;
  if (last !== undefined) {
    return {
      message: `connection ${here} comes after what every later connection plays`,
      expected: `connection ${last} as the last one`,
      next: 'take "and later" away, or what follows it',
    };
  }
  const isNamed = every !== undefined || ordinal !== undefined;
  if (!isNamed || (every ? here === 1 : Number(ordinal) === here)) return undefined;
  return {
    message: `"${label.trim()}" is connection ${here} of the script`,
    expected: `"connection ${here}:", or no name at all`,
    next: 'name the connections in the order in which they are accepted',
  };
}
