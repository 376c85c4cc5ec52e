/** Messages that begin with their length, cut out of a stream of bytes. */

export interface MessageForm {
  /** What has to be there before the length is known. */
  headLength: number;
  /** Length of the whole message, head included; less than the head when this is no message. */
  lengthOf(bytes: Buffer, at: number): number;
  /**
   * @param bytes The message is at `at`; as much of it as is kept.
   * @param length Of the whole message.
   */
  onMessage(bytes: Buffer, at: number, length: number): void;
  /** Called once: from then on nothing is taken. */
  onBroken(): void;
}

/** Of a message that comes in pieces. What its reader looks at stands in its beginning. */
const keptMax = 4096;

/** A class, because every connection has two. */
export class MessageReader {
  private readonly form: MessageForm;
  /** Of a message that has begun. */
  private kept: Buffer | undefined;
  /** Of that message; 0 until its head is there. */
  private length = 0;
  private taken = 0;
  private isBroken = false;

  constructor(form: MessageForm) {
    this.form = form;
  }

  take(bytes: Buffer, start: number, end: number): void {
    let at = start;
    if (this.taken > 0 && !this.isBroken) at = this.goOn(bytes, start, end);
    if (this.isBroken || this.taken > 0) return;
    at = this.takeWhole(bytes, at, end);
    if (!this.isBroken && at < end) this.begin(bytes, at, end);
  }

  isInside(): boolean {
    return this.taken > 0 && !this.isBroken;
  }

  private fail(): void {
    this.isBroken = true;
    this.kept = undefined;
    this.form.onBroken();
  }

  /** All messages that are whole in these bytes. Where the next one begins. */
  private takeWhole(bytes: Buffer, start: number, end: number): number {
    const { headLength } = this.form;
    let at = start;
    while (end - at >= headLength && !this.isBroken) {
      const size = this.form.lengthOf(bytes, at);
      if (size > end - at) return at;
      if (size < headLength) this.fail();
      else this.form.onMessage(bytes, at, size);
      at += size;
    }
    return at;
  }

  private begin(bytes: Buffer, at: number, end: number): void {
    this.kept = Buffer.from(bytes.subarray(at, Math.min(end, at + keptMax)));
    this.taken = end - at;
    this.length = this.taken >= this.form.headLength ? this.form.lengthOf(bytes, at) : 0;
  }

  /** More of the message that has begun. Where it ends in these bytes. */
  private goOn(bytes: Buffer, start: number, end: number): number {
    const at = this.length === 0 ? this.finishHead(bytes, start, end) : start;
    if (this.length === 0) return end;
    const more = Math.min(this.length - this.taken, end - at);
    this.keep(bytes, at, more);
    if (this.taken === this.length && this.kept) {
      const message = this.kept;
      this.taken = 0;
      this.kept = undefined;
      this.form.onMessage(message, 0, this.length);
    }
    return at + more;
  }

  private finishHead(bytes: Buffer, start: number, end: number): number {
    const { headLength } = this.form;
    const missing = Math.min(headLength - this.taken, end - start);
    this.keep(bytes, start, missing);
    if (this.taken === headLength && this.kept) {
      this.length = this.form.lengthOf(this.kept, 0);
      if (this.length < headLength) {
        this.length = 0;
        this.fail();
      }
    }
    return start + missing;
  }

  private keep(bytes: Buffer, at: number, more: number): void {
    const kept = this.kept ?? Buffer.alloc(0);
    const room = Math.min(more, keptMax - kept.length);
    if (room > 0) this.kept = Buffer.concat([kept, bytes.subarray(at, at + room)]);
    this.taken += more;
  }
}
