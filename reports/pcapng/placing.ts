/** Which packet an event stands at: what is told beside a packet is what the two ends did about it. Pure. */
import type { Event, Operation, WireEvent } from '../../harness/event.ts';
import type { Timeline } from '../../harness/timeline.ts';
import { phraseOf } from '../html/ladder/words.ts';

/** What no packet shows by itself. */
export type Unseen = Exclude<Event, WireEvent>;

/** An event at its packet. */
export interface Placed {
  event: Unseen;
  packet: WireEvent;
}

/**
 * Every event once, in order of time: at the packet that it led to, otherwise at the last one before it on its
 * connection, or on any when it is of none. A bare acknowledgement is nobody's doing and gets none, where
 * there is another. Nothing is placed where there are no packets.
 */
export function placed({ events }: Pick<Timeline, 'events'>): Placed[] {
  const places = new Places();
  for (const event of events) {
    if (event.source === 'wire') places.pass(event);
    else places.take(event);
  }
  return places.end();
}

type Wanted = (packet: WireEvent) => boolean;

class Places {
  readonly #found: Placed[] = [];
  readonly #lastOf = new Map<string, WireEvent>();
  #last: WireEvent | undefined;
  #waiting: { event: Unseen; wanted: Wanted }[] = [];

  pass(packet: WireEvent): void {
    this.#release(
      ({ wanted }) => wanted(packet),
      (event) => this.#found.push({ event, packet }),
    );
    if (!isTelling(packet) && this.#lastOf.has(packet.tuple)) return;
    this.#lastOf.set(packet.tuple, packet);
    this.#last = packet;
  }

  take(event: Unseen): void {
    // A request that is over without a packet of its own has led to none.
    if (event.type === 'outcome' && this.#last) {
      this.#release(
        (one) => one.event.type === 'request' && one.event.request === event.request,
        (request) => this.#settle(request),
      );
    }
    const wanted = leadsTo(event) ?? (this.#before(event) ? undefined : ofItsConnection(event));
    if (wanted) this.#waiting.push({ event, wanted });
    else this.#settle(event);
  }

  end(): Placed[] {
    this.#release(
      () => true,
      (event) => this.#settle(event),
    );
    return this.#found.sort((a, b) => a.event.atUs - b.event.atUs);
  }

  #release(
    which: (waiting: { event: Unseen; wanted: Wanted }) => boolean,
    place: (event: Unseen) => void,
  ): void {
    for (const waiting of this.#waiting) if (which(waiting)) place(waiting.event);
    this.#waiting = this.#waiting.filter((waiting) => !which(waiting));
  }

  #before(event: Unseen): WireEvent | undefined {
    const tuple = tupleOf(event);
    return tuple === undefined ? this.#last : this.#lastOf.get(tuple);
  }

  #settle(event: Unseen): void {
    const packet = this.#before(event) ?? this.#last;
    if (packet) this.#found.push({ event, packet });
  }
}

export function tupleOf(event: Unseen): string | undefined {
  return 'tuple' in event ? event.tuple : undefined;
}

const isTelling = (packet: WireEvent) => phraseOf(packet).tone !== 'quiet';

function ofItsConnection(event: Unseen): Wanted {
  const tuple = tupleOf(event);
  return (packet) => tuple === undefined || packet.tuple === tuple;
}

/** What is recorded before the packets that it causes. */
function leadsTo(event: Unseen): Wanted | undefined {
  if (event.source === 'workload' && event.type === 'request') {
    const isSent = sentFor(event.operation);
    return (packet) => packet.from === 'client' && isSent(packet);
  }
  if (event.source === 'workload' && event.type === 'closing') return () => true;
  if (event.source === 'upstream' && event.type === 'served') {
    return ({ tuple, from, length }) => tuple === event.tuple && from === 'upstream' && length > 0;
  }
  return undefined;
}

function sentFor({ kind }: Operation): Wanted {
  switch (kind) {
    case 'close':
    case 'shutdown':
    case 'reset':
      return ({ flags }) => flags.includes('FIN') || flags.includes('RST');
    case 'connect':
      return ({ flags }) => flags.includes('SYN');
    case 'recv':
    case 'peek':
      return () => false;
    case 'query':
    case 'update':
    case 'statement':
    case 'fetch':
    case 'command':
    case 'send':
      return ({ flags, length }) => flags.includes('SYN') || length > 0;
  }
}
