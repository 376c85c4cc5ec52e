/**
 * Both directions of one proxied connection, under exact control.
 *
 * What one side cannot take stays unread in the other side's kernel, but for 64 KiB. What one side does
 * to its connection is done to the other's: FIN for FIN, RST for RST, RFC 9293 section 3.6.
 */
import {
  type ByteEnd,
  type Direction,
  directionOf,
  observe,
  type Side,
  sideOf,
} from './forward/direction.ts';
import { keepPace, type Lane, laneOf, pumpLane, type Shape } from './forward/lane.ts';

export type { ByteEnd } from './forward/direction.ts';
export type { Shape } from './forward/lane.ts';

/** When to stop, and what to do until then. */
export interface Orders {
  /** Stop when this many have been forwarded, counted from the beginning of the connection. */
  bytesFromClientMax?: number;
  bytesFromServerMax?: number;
  signal?: AbortSignal;
  fromClient?: Shape;
  fromServer?: Shape;
}

/**
 * Why a run is over. `limit`: a limit is reached, to the byte. `aborted`: by the signal, or because a
 * socket was closed here. `client ended`, `server ended`: its FIN came before its limit, and only it had
 * one; it has been passed on, and the other direction goes on in the next run. `client reset`,
 * `server reset`: that connection broke, and the other one has been reset for it.
 */
export type Outcome =
  | 'limit'
  | 'aborted'
  | 'client ended'
  | 'server ended'
  | 'both ended'
  | 'client reset'
  | 'server reset';

/** Forwards between two sockets, which stay the caller's to close. */
export class Forwarding {
  readonly #client: Side;
  readonly #server: Side;
  readonly #fromClient: Direction;
  readonly #fromServer: Direction;
  #isRunning = false;

  constructor(client: ByteEnd, server: ByteEnd) {
    this.#client = sideOf(client);
    this.#server = sideOf(server);
    this.#fromClient = directionOf(this.#client, this.#server);
    this.#fromServer = directionOf(this.#server, this.#client);
  }

  /** Handed to the server's kernel so far. */
  get bytesFromClient(): number {
    return this.#fromClient.bytesForwarded;
  }

  /** Handed to the client's kernel so far. */
  get bytesFromServer(): number {
    return this.#fromServer.bytesForwarded;
  }

  /**
   * Forwards until an order or an end says to stop. Can be called again: what was read and not yet
   * taken by the other side is forwarded then. A FIN is passed on when all that came before it has
   * been; a RST as soon as the other side's kernel takes no more at once, and what it has not taken is
   * lost. Rejects while a run is going on, when somebody waits for one of the sockets, and with what a
   * transform throws; the bytes that it was given are lost then.
   */
  async run(orders: Orders = {}): Promise<Outcome> {
    if (this.#isRunning) throw new Error('forwarding: a run is going on already');
    this.#isRunning = true;
    const unwinds: (() => void)[] = [];
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#start(orders, unwinds, resolve, reject);
      });
    } finally {
      for (const unwind of unwinds) unwind();
      this.#isRunning = false;
    }
  }

  #start(
    orders: Orders,
    unwinds: (() => void)[],
    resolve: (outcome: Outcome) => void,
    reject: (error: unknown) => void,
  ): void {
    const fromClient = laneOf(this.#fromClient, orders.bytesFromClientMax, orders.fromClient);
    const fromServer = laneOf(this.#fromServer, orders.bytesFromServerMax, orders.fromServer);
    const { signal } = orders;
    let isOver = false;
    const finish = (outcome: Outcome) => {
      isOver = true;
      resolve(outcome);
      if (outcome === 'client reset') this.#server.end.reset();
      if (outcome === 'server reset') this.#client.end.reset();
    };
    const isStopped = () =>
      signal?.aborted || this.#client.end.isClosed || this.#server.end.isClosed;
    const step = (): boolean => {
      if (isStopped()) {
        finish('aborted');
        return false;
      }
      const hasMore = this.#pump(fromClient, fromServer);
      const outcome = outcomeOf(fromClient, fromServer);
      if (outcome) finish(outcome);
      return hasMore && !outcome;
    };
    const go = (): boolean => {
      if (isOver) return false;
      try {
        return step();
      } catch (error) {
        isOver = true;
        reject(error);
        return false;
      }
    };
    for (const side of [this.#client, this.#server]) {
      if (isStopped()) break;
      // Others may have used the socket since the last run.
      side.mayRead = true;
      side.mayWrite = true;
      const watcher = (events: number) => {
        observe(side, events);
        return go();
      };
      unwinds.push(side.end.watch(watcher));
    }
    for (const lane of [fromClient, fromServer]) unwinds.push(keepPace(lane, go));
    if (signal) {
      signal.addEventListener('abort', go);
      unwinds.push(() => signal.removeEventListener('abort', go));
    }
    go();
  }

  #pump(fromClient: Lane, fromServer: Lane): boolean {
    const pumpBoth = () => {
      const hasMoreFromClient = pumpLane(fromClient);
      return pumpLane(fromServer) || hasMoreFromClient;
    };
    const hasMore = pumpBoth();
    // A write may have found a side dead after the last look at what can be read from it.
    return this.#client.isDead || this.#server.isDead ? pumpBoth() : hasMore;
  }
}

function outcomeOf(fromClient: Lane, fromServer: Lane): Outcome | undefined {
  if (isAtLimit(fromClient) || isAtLimit(fromServer)) return 'limit';
  if (isBroken(fromClient.direction)) return 'client reset';
  if (isBroken(fromServer.direction)) return 'server reset';
  const hasClientEnded = hasPassedFin(fromClient.direction);
  const hasServerEnded = hasPassedFin(fromServer.direction);
  if (hasClientEnded && hasServerEnded) return 'both ended';
  if (hasClientEnded && isLimited(fromClient) && !isLimited(fromServer)) return 'client ended';
  if (hasServerEnded && isLimited(fromServer) && !isLimited(fromClient)) return 'server ended';
  return undefined;
}

function isLimited({ limit }: Lane): boolean {
  return limit !== Infinity;
}

function isAtLimit({ direction, limit }: Lane): boolean {
  return direction.bytesForwarded >= limit;
}

/** The sender is dead, and all that came from it was forwarded, or cannot be for the moment. */
function isBroken({ from, pending, hasEnded }: Direction): boolean {
  return from.isDead && (hasEnded || pending.length > 0);
}

function hasPassedFin({ to }: Direction): boolean {
  return to.hasSentFin;
}
