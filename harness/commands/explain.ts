/** `pipewrench explain`: what is the matter with the connections of a capture, from wherever it comes. */
import { basename, dirname } from 'node:path';
import { explain } from '../../explain/explain.ts';
import type { Explained } from '../../explain/result.ts';
import { unknownName } from '../errors.ts';
import { exitCodes } from './exit-codes.ts';
import { choose } from './explain/choose.ts';
import { withCapture } from './explain/open.ts';
import type { ExplainReporters } from './explain/reporter.ts';
import { renderOptions } from './render-options.ts';

export interface ExplainCommand {
  format: string;
  connection?: readonly string[];
  port?: readonly string[];
  out?: string;
}

/**
 * Prints what was found. Returns 0 when the capture was read to its end, 3 when only a part of it could be.
 * Throws a UserError for what is no capture.
 */
export async function explainCommand(
  file: string,
  { format, connection = [], port = [], out }: ExplainCommand,
  reporters: ExplainReporters,
): Promise<number> {
  const reporter = Object.hasOwn(reporters, format) ? reporters[format] : undefined;
  if (!reporter) {
    throw unknownName('format', format, Object.keys(reporters), 'pick one with --format');
  }
  const whole = await withCapture(file, explain);
  const explained = choose(whole, { connections: connection, ports: port });
  const render = await reporter.load();
  const text = render({ file, explained }, renderOptions(process.stdout));
  if (out === undefined) process.stdout.write(text);
  else {
    const { save } = await import('../store.ts');
    save(dirname(out), basename(out), text);
  }
  return exitCodeOf(whole);
}

const exitCodeOf = ({ capture }: Explained) =>
  capture.stopped ? exitCodes.unknown : exitCodes.passed;
