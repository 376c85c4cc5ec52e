/** What all conversations of one server see: databases of strings, some of which expire. */

interface Entry {
  value: Buffer;
  expiresAtMs: number;
}

export const databaseCount = 16;

export class Store {
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, Entry>();

  /** Expired entries are looked for when they are asked for, so that no timer is left behind. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(database: number, key: Buffer): Buffer | undefined {
    return this.#live(nameOf(database, key))?.value;
  }

  /** Without a time to live it stays. */
  set(database: number, key: Buffer, value: Buffer, ttlMs = Number.POSITIVE_INFINITY): void {
    this.#entries.set(nameOf(database, key), { value, expiresAtMs: this.#nowMs() + ttlMs });
  }

  /** Another value, which expires when the old one would have. */
  replace(database: number, key: Buffer, value: Buffer): void {
    const entry = this.#live(nameOf(database, key));
    if (entry) entry.value = value;
    else this.set(database, key, value);
  }

  /** Whether there was one. */
  delete(database: number, key: Buffer): boolean {
    const name = nameOf(database, key);
    return this.#live(name) !== undefined && this.#entries.delete(name);
  }

  #live(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.expiresAtMs > this.#nowMs()) return entry;
    this.#entries.delete(name);
    return undefined;
  }
}

/** A key is bytes, and need not be text. */
function nameOf(database: number, key: Buffer): string {
  return `${database} ${key.toString('latin1')}`;
}
