/** What the client tells whoever listens on the diagnostics channel. */
import { channel } from 'node:diagnostics_channel';
import { type ClientEvent, clientChannelName, type Unstamped } from '../../harness/event.ts';

const events = channel(clientChannelName);

export function publish(event: Unstamped<ClientEvent>): void {
  events.publish(event);
}

/** What one system call returned. */
export function publishIo(
  call: 'connect' | 'send' | 'recv',
  finding: { bytes: number } | { error: string },
  tuple?: string,
): void {
  const where = tuple === undefined ? {} : { tuple };
  publish({ source: 'client', type: 'io', call, ...finding, ...where });
}
