/** What the commands are given by the composition root. */
import type { ClientDriver } from '../client.ts';
import { unknownName } from '../errors.ts';
import type { Library } from '../load.ts';
import type { Narrator, RenderOptions, Reporter, TraceReporter } from '../reporter.ts';
import type { UpstreamDriver } from '../upstream.ts';

export interface Tools {
  version: string;
  clients: readonly ClientDriver[];
  upstream: UpstreamDriver;
  reporters: Readonly<Record<string, Reporter>>;
  /** Of what `trace` has seen. */
  traceReporters: Readonly<Record<string, TraceReporter>>;
  narrator: Narrator;
  library: Library;
}

/** Throws a UserError with the nearest name. */
export function findReporter(name: string, { reporters }: Tools): Reporter {
  return find(name, reporters);
}

/** Throws a UserError with the nearest name. */
export function findTraceReporter(name: string, { traceReporters }: Tools): TraceReporter {
  return find(name, traceReporters);
}

function find<R>(name: string, reporters: Readonly<Record<string, R>>): R {
  const found = Object.hasOwn(reporters, name) ? reporters[name] : undefined;
  if (found) return found;
  throw unknownName('reporter', name, Object.keys(reporters), 'pick one with --reporter');
}

const widthColumnsDefault = 100;

/** Colour only for people: a terminal that has not been told otherwise (no-color.org). */
export function renderOptions(stream: NodeJS.WriteStream): RenderOptions {
  const isForced = (process.env.FORCE_COLOR ?? '0') !== '0';
  const isRefused = (process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb';
  return {
    colour: isForced || (stream.isTTY === true && !isRefused),
    widthColumns: stream.columns || widthColumnsDefault,
  };
}
