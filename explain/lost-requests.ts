/** Requests that were delivered and never answered, until they are sent again. Bounded. */
import type { Request } from './dialogue/dialogue.ts';
import type { Connection } from './flow/connection.ts';
import type { Moment } from './moment.ts';

export interface LostRequest extends Moment {
  key: string;
  connection: number;
  /** When its connection ended. */
  broke: Moment;
}

const lostMax = 10_000;

export class LostRequests {
  private readonly byName = new Map<string, LostRequest>();
  /** How many of them ask for the same. */
  private readonly counts = new Map<string, number>();

  /** The one that this request repeats: of the same host, for the same port, asking for the same. */
  find(c: Connection, { key }: Request): LostRequest | undefined {
    // Nearly always the key alone tells that it repeats none: to name each request takes longer.
    return this.counts.has(key) ? this.byName.get(nameOf(c, key)) : undefined;
  }

  add(c: Connection, lost: LostRequest): void {
    const { key } = lost;
    const name = nameOf(c, key);
    if (!this.byName.has(name)) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.byName.set(name, lost);
    if (this.byName.size > lostMax) this.deleteName(this.byName.keys().next().value as string);
  }

  delete(c: Connection, { key }: Request): void {
    this.deleteName(nameOf(c, key));
  }

  private deleteName(name: string): void {
    const lost = this.byName.get(name);
    if (!lost) return;
    this.byName.delete(name);
    const others = (this.counts.get(lost.key) ?? 0) - 1;
    if (others > 0) this.counts.set(lost.key, others);
    else this.counts.delete(lost.key);
  }
}

/** Address of the client, port of the upstream. */
const nameOf = (c: Connection, key: string) =>
  `${c.clientName.slice(0, -2)} ${c.upstreamName.slice(-2)} ${key}`;
