/** What the client tells whoever listens on the diagnostics channel. */
import { channel } from 'node:diagnostics_channel';
import { type ClientEvent, clientChannelName, type Unstamped } from '../../harness/event.ts';

const events = channel(clientChannelName);

export type Call = Extract<ClientEvent, { type: 'io' }>['call'];

export function publish(event: Unstamped<ClientEvent>): void {
  events.publish(event);
}

/** What a system call came to. The tuple is left out while there is no local port. */
export function publishIo(
  call: Call,
  result: { bytes: number } | { error: string },
  tuple: string | undefined,
): void {
  publish({ source: 'client', type: 'io', call, ...result, ...(tuple && { tuple }) });
}
