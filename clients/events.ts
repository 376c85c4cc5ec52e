/** What clients of this process tell whoever listens on the diagnostics channel. */
import { channel } from 'node:diagnostics_channel';
import { type ClientEvent, clientChannelName, type Unstamped } from '../harness/event.ts';

export type IoCall = Extract<ClientEvent, { type: 'io' }>['call'];

const events = channel(clientChannelName);

/** Whether anybody listens. Ask before building what is dear to build. */
export function isObserved(): boolean {
  return events.hasSubscribers;
}

export function publish(event: Unstamped<ClientEvent>): void {
  events.publish(event);
}

/** What one system call came to. The tuple is left out while there is no local port. */
export function publishIo(
  call: IoCall,
  finding: { bytes: number } | { error: string },
  tuple?: string,
): void {
  publish({ source: 'client', type: 'io', call, ...finding, ...(tuple && { tuple }) });
}
