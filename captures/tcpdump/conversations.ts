/**
 * The numbers that tcpdump counts from, tcpdump(8) under "TCP Packets": those of the first packet of a
 * conversation that it saw, or of the last one with SYN and ACK. A conversation that was evicted begins anew.
 */

/** Numbers of the two ends, in the order of their names. */
interface Bases {
  first: number;
  second: number;
}

export interface Relative {
  /** To be taken off the sender's numbers, and off those that it acknowledges. */
  seqBase: number;
  ackBase: number;
  /** Off the edges of its SACK blocks, which are relative in the first packet too. */
  sackBase: number;
}

/** Of a packet that does not say where both sides are. */
export const absolute: Relative = { seqBase: 0, ackBase: 0, sackBase: 0 };

/** Enough for hours of a busy server; each takes a few hundred bytes. */
const conversationsMax = 100_000;

export class Conversations {
  readonly #max: number;
  readonly #known = new Map<string, Bases>();

  constructor(max = conversationsMax) {
    this.#max = max;
  }

  /** Of a packet with ACK from `source` to `destination`; it begins the conversation where it has SYN. */
  relative(
    source: string,
    destination: string,
    { seq, ack, isSyn }: { seq: number; ack: number; isSyn: boolean },
  ): Relative {
    // An end that is connected to itself is both: then it is the first when it sends.
    const isFirst = source <= destination;
    const name = isFirst ? `${source} ${destination}` : `${destination} ${source}`;
    const known = this.#known.get(name);
    if (!known || isSyn) {
      const acked = (ack - 1) >>> 0;
      this.#begin(name, isFirst ? { first: seq, second: acked } : { first: acked, second: seq });
      return { ...absolute, sackBase: acked };
    }
    const { first, second } = known;
    const [seqBase, ackBase] = isFirst ? [first, second] : [second, first];
    return { seqBase, ackBase, sackBase: ackBase };
  }

  #begin(name: string, bases: Bases): void {
    this.#known.delete(name);
    this.#known.set(name, bases);
    if (this.#known.size <= this.#max) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
