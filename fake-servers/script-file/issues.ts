/** What zod finds wrong, in words for whoever wrote the script. */
import { z } from 'zod';
import { didYouMean, nearestSentence } from './nearest.ts';
import { type FaultAt, shown } from './problem.ts';

/** The keys that an object of each variant of a schema may have. */
export function keysOf(schema: z.ZodType): string[][] {
  const described = z.toJSONSchema(schema, { unrepresentable: 'any' });
  return (described.anyOf ?? [described]).map((variant) =>
    Object.keys((typeof variant === 'object' && variant.properties) || {}),
  );
}

/**
 * Each issue of an object, or of a list of lists, in words.
 * @param known The keys there are.
 */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  known: readonly string[],
): FaultAt[] {
  return issues.flatMap((issue) => faultOf(issue, value, known));
}

function faultOf(issue: z.core.$ZodIssue, value: unknown, known: readonly string[]): FaultAt[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key], key, known));
  }
  const name = nameOf(issue.path);
  const given = valueAt(value, issue.path);
  const expected = expectedBy(issue);
  if (given === undefined && issue.path.length > 0) {
    const message = `${name} is missing`;
    return [{ path: issue.path, at: 'value', message, expected, next: `add ${name}` }];
  }
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const next = didYouMean(String(given), values, `write ${expected} here`);
  return [{ path: issue.path, at: 'value', message: `${name} is ${shown(given)}`, expected, next }];
}

function unknownKey(path: PropertyKey[], key: string, known: readonly string[]): FaultAt {
  const near = nearestSentence(key, known);
  return {
    path,
    at: 'key',
    message: `there is no key "${key}" here`,
    expected: known.length === 0 ? 'no other key' : `one of: ${known.join(', ')}`,
    next: near === undefined ? `take "${key}" away` : `did you mean "${near}"?`,
  };
}

/** `"bytes"`, `the script`, `item 2 of "connections"`. */
function nameOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return 'this';
  if (typeof last !== 'number') return `"${String(last)}"`;
  return `item ${last + 1} of ${nameOf(path.slice(0, -1))}`;
}

const names: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
};

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return names[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1
        ? shown(issue.values[0])
        : `one of: ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `at least ${issue.minimum} ${issue.origin === 'array' ? 'item' : 'character'}`
        : `a number of at least ${issue.minimum}`;
    case 'too_big':
      return `a number of at most ${issue.maximum}`;
    case 'invalid_union':
      return unionExpects(issue);
    default:
      return issue.message;
  }
}

function unionExpects({ errors }: z.core.$ZodIssueInvalidUnion): string {
  const each = errors.flatMap(([first]) => (first ? [expectedBy(first)] : []));
  return [...new Set(each)].join(', or ');
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  );
}
