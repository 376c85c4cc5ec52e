/** The script that `--script` names: a file, or a text in words. */
import { readFileSync, statSync } from 'node:fs';
import { messageOf, UserError } from '../../errors.ts';
import type { ScriptProblem, ScriptSource, UpstreamDriver } from '../../upstream.ts';

const isFile = (typed: string) => /\.(ya?ml|json)$/i.test(typed);

/**
 * Throws a UserError, or an AggregateError of them when several things are wrong.
 * @param protocol Undefined where bytes are passed on and no message is understood.
 */
export function loadScript(
  typed: string,
  protocol: string | undefined,
  upstream: UpstreamDriver,
): unknown {
  const source: ScriptSource = isFile(typed)
    ? { name: typed, text: readText(typed, upstream.scriptBytesMax), format: 'document' }
    : { name: '--script', text: typed, format: 'words' };
  const result = upstream.readScript(source, protocol);
  if ('script' in result) return result.script;
  const errors = result.problems.map(userError);
  throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'the script is wrong');
}

function userError({ file, line, column, message, expected, next }: ScriptProblem): UserError {
  return new UserError(`${file}:${line}:${column}: ${message}`, { expected, next });
}

function readText(file: string, bytesMax: number): string {
  const refuse = (why: string) =>
    new UserError(`${file} cannot be read: ${why}`, {
      expected: `a script as YAML or JSON, at most ${bytesMax} bytes of UTF-8`,
      next: 'correct --script; a text that names no file must not end in .yaml, .yml or .json',
    });
  try {
    const about = statSync(file);
    if (!about.isFile()) throw refuse('it is no file');
    if (about.size > bytesMax) throw refuse(`it has ${about.size} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refuse(error instanceof TypeError ? 'it is not UTF-8' : messageOf(error));
  }
}
