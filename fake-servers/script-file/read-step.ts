/** One step, or one phase of the listener, as somebody wrote it: a sentence, or an object. */
import type { z } from 'zod';
import { type ListenerPhase, phaseDefinitions, phaseSchema } from '../listener.ts';
import { definitions, type Step } from '../step.ts';
import { type Form, say, understand, type Values } from '../words.ts';
import { faultsOf, keysOf, valueAt } from './issues.ts';
import { didYouMean, nearestSentence } from './nearest.ts';
import { type FaultAt, shown } from './problem.ts';

type Read<T> = { read: T } | { faults: FaultAt[] };

/** What steps and phases of the listener have in common. */
interface Vocabulary<T> {
  /** `step` */
  what: string;
  entries: readonly Entry<T>[];
}

interface Entry<T> {
  kind: string;
  forms: readonly Form[];
  schema: z.ZodType<T>;
  example: Values;
}

const steps: Vocabulary<Step> = {
  what: 'step',
  entries: Object.values(definitions).map(({ kind, forms, schema, example }): Entry<Step> => {
    const { kind: _, ...values } = example;
    return { kind, forms, schema, example: values as Values };
  }),
};

const phases: Vocabulary<ListenerPhase> = {
  what: 'phase of the listener',
  entries: phaseDefinitions.map(({ kind, forms }) => ({
    kind,
    forms,
    schema: phaseSchema,
    example: { gate: 'up' },
  })),
};

export const readStep = (value: unknown): Read<Step> => readEntry(steps, value);
export const readPhase = (value: unknown): Read<ListenerPhase> => readEntry(phases, value);

const whereToLook = 'docs/steps.md has the words of every step';

function readEntry<T>(vocabulary: Vocabulary<T>, value: unknown): Read<T> {
  if (typeof value === 'string') return readSentence(vocabulary, value.trim());
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return readObject(vocabulary, value);
  }
  const { what } = vocabulary;
  return fault({
    message: `here is ${shown(value)}, not a ${what}`,
    expected: `a ${what} in words, or an object with its kind`,
    next: `write for example "${exampleOf(vocabulary)}"; ${whereToLook}`,
  });
}

function readSentence<T>(vocabulary: Vocabulary<T>, text: string): Read<T> {
  for (const { kind, forms, schema } of vocabulary.entries) {
    const values = understand(forms, text);
    if (!values) continue;
    const parsed = schema.safeParse({ kind, ...values });
    if (parsed.success) return { read: parsed.data };
    const object = { kind, ...values };
    const found = faultsOf(issuesOf(parsed.error, schema, object), object, []);
    return fault(...found.map((one) => ({ ...one, message: `${one.message} in "${text}"` })));
  }
  const { what, entries } = vocabulary;
  // Whoever knows the kinds writes one of them.
  const meant = entries.find(({ kind }) => kind === text);
  const known = meant ? sentencesOf(meant, text) : entries.flatMap((e) => sentencesOf(e, text));
  const near = meant ? known[0] : nearestSentence(text, known);
  return fault({
    message: `there is no ${what} "${text}"`,
    expected: `a ${what} in words, such as "${exampleOf(vocabulary)}"`,
    next: near === undefined ? whereToLook : `did you mean "${near}"?`,
  });
}

function readObject<T>({ what, entries }: Vocabulary<T>, value: object): Read<T> {
  const kinds = entries.map(({ kind }) => kind);
  if (!Object.hasOwn(value, 'kind')) {
    return fault({
      message: `the ${what} has no kind`,
      expected: `"kind", one of: ${kinds.join(', ')}`,
      next: `write for example { kind: ${kinds[0]} }, or the ${what} in words`,
    });
  }
  const given = valueAt(value, ['kind']);
  const entry = entries.find(({ kind }) => kind === given);
  if (!entry) {
    return fault({
      path: ['kind'],
      message: `there is no kind of ${what} ${shown(given)}`,
      expected: `one of: ${kinds.join(', ')}`,
      next: didYouMean(String(given), kinds, whereToLook),
    });
  }
  const { schema } = entry;
  const parsed = schema.safeParse(value);
  if (parsed.success) return { read: parsed.data };
  const known = [...new Set(keysOf(schema).flat())].filter((key) => key !== 'kind');
  const unknown = Object.keys(value).filter((key) => key !== 'kind' && !known.includes(key));
  // What is missing is what was misspelled, more often than not.
  const issues: z.core.$ZodIssue[] =
    unknown.length > 0
      ? [{ code: 'unrecognized_keys', keys: unknown, path: [], message: '' }]
      : issuesOf(parsed.error, schema, value);
  return { faults: faultsOf(issues, value, known) };
}

/** Of the variant that was meant, where a step has several. */
function issuesOf(error: z.ZodError, schema: z.ZodType, value: object): z.core.$ZodIssue[] {
  const [issue] = error.issues;
  if (issue?.code !== 'invalid_union' || issue.path.length > 0) return error.issues;
  const variants = keysOf(schema);
  const given = Object.keys(value);
  const meant = variants.findIndex((keys) => given.every((key) => keys.includes(key)));
  const found = given.length > 1 ? issue.errors[meant] : undefined;
  if (found) return found;
  const each = variants.map((keys) => keys.filter((key) => key !== 'kind').join(' and '));
  const message = `exactly one of: ${each.join(', ')}`;
  return [{ code: 'custom', path: [], message, input: value }];
}

function exampleOf<T>({ entries: [first] }: Vocabulary<T>): string {
  return first ? say(first.forms, first.example) : '';
}

/** Each form with the numbers and texts that were written, as far as they go. */
function sentencesOf<T>({ kind, forms, schema, example }: Entry<T>, text: string): string[] {
  return forms.map((form) => {
    const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"|\d+|[a-z-]+$/g)].map(([word]) => word);
    const places = [...form.words.matchAll(/\{(\w+):(\w+)\}/g)];
    const fill = (pieces: string[]) =>
      Object.fromEntries(
        places.map(([, name = '', type = '']) => [name, valueFor(type, pieces, example[name])]),
      );
    const values = { ...form.implies, ...fill(written) };
    const isPossible = schema.safeParse({ kind, ...values }).success;
    return say([form], isPossible ? values : { ...form.implies, ...fill([]) });
  });
}

const piecePatterns: Readonly<Record<string, RegExp>> = { text: /^"/, word: /^[a-z]/ };

/** Takes the first piece that fits, so that each is used once. */
function valueFor(type: string, pieces: string[], otherwise: string | number | undefined) {
  const index = pieces.findIndex((piece) => (piecePatterns[type] ?? /^\d/).test(piece));
  if (index === -1) return otherwise ?? (type === 'text' ? 'go' : 10);
  const [piece = ''] = pieces.splice(index, 1);
  if (type === 'word') return piece;
  return type === 'text' ? String(JSON.parse(piece)) : Number(piece);
}

function fault(...faults: (Omit<FaultAt, 'path' | 'at'> & Partial<FaultAt>)[]) {
  return { faults: faults.map((one) => ({ path: [], at: 'value' as const, ...one })) };
}
