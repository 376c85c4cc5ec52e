/** Message ids, none of which is ever in flight twice: RFC 7766 section 6.2.1. */
const idCount = 65_536;

export class IdAllocator {
  readonly #nextId: () => number;
  readonly #inFlight = new Set<number>();

  /** `nextId` proposes; whatever it returns is brought into range. */
  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  /** Throws RangeError when all 65 536 ids are taken. */
  take(): number {
    if (this.#inFlight.size === idCount) throw new RangeError(`all ${idCount} ids are in flight`);
    let id = this.#nextId() & (idCount - 1);
    while (this.#inFlight.has(id)) id = (id + 1) % idCount;
    this.#inFlight.add(id);
    return id;
  }

  release(id: number): void {
    this.#inFlight.delete(id);
  }
}
