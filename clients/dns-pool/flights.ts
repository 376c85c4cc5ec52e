/** The requests that wait for their answers on one connection, by message id. */
import type { Clock } from '../clock.ts';
import type { PendingRequest } from './pending-request.ts';

export interface Flight {
  readonly id: number;
  readonly request: PendingRequest;
  readonly sentMs: number;
  /** Whether the kernel may have taken a byte of it. */
  isSent: boolean;
  /** Nobody waits any more, but the answer may still come, so that its id is not free. */
  isAbandoned: boolean;
}

export interface FlightLimits {
  clock: Clock;
  queryMs: number;
  /** Proposes a message id; whatever it returns is brought into range. */
  nextId: () => number;
}

const idCount = 65_536;

export class Flights {
  readonly #limits: FlightLimits;
  readonly #expired: (flight: Flight) => void;
  /** In the order of sending, and so in that of expiring. */
  readonly #byId = new Map<number, Flight>();
  #abandoned = 0;
  #cancelTimer: (() => void) | undefined;

  /** `expired` is called for each that is not answered within `queryMs`, with the flight still there. */
  constructor(limits: FlightLimits, expired: (flight: Flight) => void) {
    this.#limits = limits;
    this.#expired = expired;
  }

  /** Ids in use. */
  get size(): number {
    return this.#byId.size;
  }

  /** Those that somebody waits for. */
  get awaited(): number {
    return this.#byId.size - this.#abandoned;
  }

  /**
   * Gives the request an id that is not in flight (RFC 7766 section 6.2.1). Throws RangeError when all
   * 65 536 ids are.
   */
  take(request: PendingRequest): Flight {
    if (this.#byId.size === idCount) throw new RangeError(`all ${idCount} ids are in flight`);
    const { clock, nextId, queryMs } = this.#limits;
    let id = nextId() & (idCount - 1);
    while (this.#byId.has(id)) id = (id + 1) % idCount;
    const flight = { id, request, sentMs: clock.nowMs(), isSent: false, isAbandoned: false };
    this.#byId.set(id, flight);
    request.flightId = id;
    this.#cancelTimer ??= clock.after(queryMs, () => this.#checkOldest());
    return flight;
  }

  get(id: number): Flight | undefined {
    return this.#byId.get(id);
  }

  /** That of a request that was given to `take` and has not landed. */
  of({ flightId }: PendingRequest): Flight | undefined {
    return flightId === undefined ? undefined : this.#byId.get(flightId);
  }

  abandon(flight: Flight): void {
    if (flight.isAbandoned) return;
    flight.isAbandoned = true;
    this.#abandoned += 1;
  }

  land(flight: Flight): void {
    this.#byId.delete(flight.id);
    flight.request.flightId = undefined;
    if (flight.isAbandoned) this.#abandoned -= 1;
    if (this.#byId.size === 0) this.#stopTimer();
  }

  /** Those that somebody waits for, oldest first. */
  waiting(): Flight[] {
    return [...this.#byId.values()].filter(({ isAbandoned }) => !isAbandoned);
  }

  clear(): void {
    for (const { request } of this.#byId.values()) request.flightId = undefined;
    this.#byId.clear();
    this.#abandoned = 0;
    this.#stopTimer();
  }

  /** One timer for all: whatever was sent first expires first. */
  #checkOldest(): void {
    const { clock, queryMs } = this.#limits;
    this.#cancelTimer = undefined;
    for (const flight of this.#byId.values()) {
      const leftMs = flight.sentMs + queryMs - clock.nowMs();
      if (leftMs > 0) {
        // Another may be running, for one that was sent from within `expired` and has longer to go.
        this.#stopTimer();
        this.#cancelTimer = clock.after(leftMs, () => this.#checkOldest());
        return;
      }
      this.#expired(flight);
    }
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
