/** The client recorder: what clients of this process publish about themselves. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { nowUs } from '../../kernel/clock.ts';
import {
  type ClientEvent,
  clientChannelName,
  type RecordedEvent,
  type Unstamped,
} from '../event.ts';

/**
 * Records until the returned function is called. Events that name a connection to another port are
 * somebody else's and are left out.
 */
export function recordClient(
  upstreamPort: number,
  record: (event: RecordedEvent) => void,
): () => void {
  const suffix = `:${upstreamPort}`;
  const onMessage = (message: unknown) => {
    // Only this project's clients publish on the channel, and their types say what.
    const event = message as Unstamped<ClientEvent>;
    if (event.tuple && !event.tuple.endsWith(suffix)) return;
    record({ ...event, atUs: nowUs() });
  };
  subscribe(clientChannelName, onMessage);
  return () => unsubscribe(clientChannelName, onMessage);
}
