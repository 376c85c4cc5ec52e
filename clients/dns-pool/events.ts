/** What the pool tells whoever listens on the diagnostics channel, and its log. */
import { channel } from 'node:diagnostics_channel';
import { type ClientEvent, clientChannelName, type Unstamped } from '../../harness/event.ts';
import type { Logger } from './options.ts';

export type PoolEvent = Unstamped<ClientEvent>;

const events = channel(clientChannelName);

/** Whether anybody listens. Ask before building an event. */
export function isObserved(): boolean {
  return events.hasSubscribers;
}

export function publish(event: PoolEvent): void {
  events.publish(event);
}

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
  if (logger === undefined && !events.hasSubscribers) return;
  const line = text();
  if (events.hasSubscribers) {
    events.publish({
      source: 'client',
      type: 'log',
      level,
      text: line,
      ...tupleOf(tuple),
    } satisfies PoolEvent);
  }
  if (logger === undefined) return;
  if (level === 'DEBUG') logger.debug(line);
  else if (level === 'INFO') logger.info(line);
  else if (level === 'WARN') logger.warn(line);
  else logger.error(line);
}
