/** The client recorder: what clients publish about themselves. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { z } from 'zod';
import { nowUs } from '../../kernel/clock.ts';
import { clientChannelName, clientEventSchema, type RecordedEvent } from '../event.ts';

/**
 * Records until the returned function is called. Events that name a connection to a port that is no
 * upstream's are somebody else's and are left out.
 */
export function recordClient(
  upstreamPorts: readonly number[],
  record: (event: RecordedEvent) => void,
  onInvalid: (reason: string) => void,
): () => void {
  const isOurs = (tuple: string) =>
    upstreamPorts.includes(Number(tuple.slice(tuple.lastIndexOf(':') + 1)));
  const onMessage = (message: unknown) => {
    // A program may have stamped it by itself.
    const stamped = typeof message === 'object' ? { atUs: nowUs(), ...message } : message;
    // A client is what is tested: it may publish nonsense, or events in somebody else's name.
    const parsed = clientEventSchema.safeParse(stamped);
    if (!parsed.success) {
      onInvalid(`the client published what is no client event: ${z.prettifyError(parsed.error)}`);
      return;
    }
    const { data: event } = parsed;
    if (event.tuple && !isOurs(event.tuple)) return;
    record(event);
  };
  subscribe(clientChannelName, onMessage);
  return () => unsubscribe(clientChannelName, onMessage);
}
