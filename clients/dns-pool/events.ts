/** The pool's log, for its logger and for whoever listens on the diagnostics channel. */
import { isObserved, publish } from '../events.ts';
import type { Logger } from './options.ts';

/** Left out of an event while a connection has no local port yet. */
export function tupleOf(tuple: string | undefined): { tuple?: string } {
  return tuple === undefined ? {} : { tuple };
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Writes a line to the logger and to the channel. `text` is called only if somebody reads it. */
export function log(
  logger: Logger | undefined,
  level: LogLevel,
  text: () => string,
  tuple?: string,
): void {
  if (logger === undefined && !isObserved()) return;
  const line = text();
  if (isObserved())
    publish({ source: 'client', type: 'log', level, text: line, ...tupleOf(tuple) });
  if (logger === undefined) return;
  if (level === 'DEBUG') logger.debug(line);
  else if (level === 'INFO') logger.info(line);
  else if (level === 'WARN') logger.warn(line);
  else logger.error(line);
}
