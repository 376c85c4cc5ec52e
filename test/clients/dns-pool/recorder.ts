/** What the pools of this process publish, kept and waited for. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type ClientEvent,
  clientChannelName,
  eventSchema,
  type Unstamped,
} from '../../../harness/event.ts';

export type PoolEvent = Unstamped<ClientEvent>;

export interface Recorder {
  events: PoolEvent[];
  /** Every event in a few words: `io recv EOF`, `stale EOF event`. */
  words(...types: PoolEvent['type'][]): string[];
  logs(): string[];
  /** Resolves with the next event published that passes; events of the past do not count. */
  next(test: (event: PoolEvent) => boolean): Promise<PoolEvent>;
  nextOf(type: PoolEvent['type']): Promise<PoolEvent>;
  /** Runs within the publishing of the next event that passes. */
  onEvent(test: (event: PoolEvent) => boolean): <T>(run: () => Promise<T>) => Promise<T>;
  stop(): void;
}

export function record(): Recorder {
  const events: PoolEvent[] = [];
  const waiters = new Set<(event: PoolEvent) => void>();
  const receive = (message: unknown) => {
    const event = message as PoolEvent;
    // Throws for an event that the harness would refuse.
    eventSchema.parse({ ...event, atUs: 1 });
    events.push(event);
    for (const waiter of [...waiters]) waiter(event);
  };
  subscribe(clientChannelName, receive);
  const next = (test: (event: PoolEvent) => boolean) =>
    new Promise<PoolEvent>((resolve) => {
      const waiter = (event: PoolEvent) => {
        if (!test(event)) return;
        waiters.delete(waiter);
        resolve(event);
      };
      waiters.add(waiter);
    });
  return {
    events,
    words: (...types) =>
      events.filter(({ type }) => types.length === 0 || types.includes(type)).map(inWords),
    logs: () => events.flatMap((event) => (event.type === 'log' ? [event.text] : [])),
    next,
    nextOf: (type) => next((event) => event.type === type),
    onEvent:
      (test) =>
      <T>(run: () => Promise<T>) =>
        new Promise<T>((resolve) => {
          const waiter = (event: PoolEvent) => {
            if (!test(event)) return;
            waiters.delete(waiter);
            resolve(run());
          };
          waiters.add(waiter);
        }),
    stop: () => unsubscribe(clientChannelName, receive),
  };
}

function inWords(event: PoolEvent): string {
  switch (event.type) {
    case 'io':
      return `io ${event.call} ${event.error ?? (event.call === 'peek' ? event.bytes : 'ok')}`;
    case 'checkout':
      return `checkout ${event.reused ? 'reused' : 'fresh'}`;
    case 'stale':
      return `stale ${event.reason} ${event.found}`;
    case 'retry':
      return `retry ${event.cause}`;
    case 'destroy':
      return `destroy ${event.reason}`;
    case 'log':
      return `${event.level} ${event.text}`;
    default:
      return event.type;
  }
}
