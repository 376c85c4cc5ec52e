/** The numbers and texts that steps take, checked where a script is written. */
import { z } from 'zod';

/** Timers of the runtime are 32 bits wide; a longer one would fire at once. */
const msMax = 2 ** 31 - 1;

export const positive = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const durationMs = z.number().int().min(1).max(msMax);
/** As a server announces it: 0 means that nothing more is to be sent. */
export const idleLimitMs = z.number().int().min(0).max(msMax);
export const someText = z.string().min(1);

/** The step, when its values are what it takes. Throws a TypeError that names the function and the value. */
export function checked<S>(name: string, schema: z.ZodType<S>, value: unknown): S {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = innermost(result.error.issues);
  const at = issue?.path.join('.') ?? '';
  const given = issue ? valueAt(value, issue.path) : value;
  throw new TypeError(
    `${name}: ${at ? `${at}: ` : ''}${issue?.message ?? 'wrong value'}, got ${written(given)}`,
  );
}

type Issue = z.core.$ZodIssue;

/** Of a choice of which nothing fits, what is wrong with the part that was meant. */
function innermost([issue]: readonly Issue[]): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const meant = issue.errors.find((all) => !all.some(({ code }) => code === 'unrecognized_keys'));
  const inner = meant && innermost(meant);
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

/** JSON has no NaN, no infinity and no large integers. */
function written(value: unknown): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  return (isNumber ? undefined : JSON.stringify(value)) ?? String(value);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
}
