/** Messages that begin with their length, cut out of a stream of bytes. */

export interface MessageReader {
  take(bytes: Buffer, start: number, end: number): void;
  isInside(): boolean;
}

export interface MessageForm {
  /** What has to be there before the length is known. */
  headLength: number;
  /** Length of the whole message, head included; 0 when this is no message. */
  lengthOf(bytes: Buffer, at: number): number;
  /**
   * @param bytes The message is at `at`; as much of it as `keptMax` allows.
   * @param length Of the whole message.
   */
  onMessage(bytes: Buffer, at: number, length: number): void;
  /** Called once: from then on nothing is taken. */
  onBroken(bytes: Buffer, at: number): void;
}

/** Of a message that comes in pieces. What its reader looks at stands in its beginning. */
const keptMax = 4096;

export function messageReader({
  headLength,
  lengthOf,
  onMessage,
  onBroken,
}: MessageForm): MessageReader {
  let kept: Buffer = Buffer.alloc(0);
  /** Of the message that has begun; 0 until its head is there. */
  let length = 0;
  let taken = 0;
  let isBroken = false;

  const fail = (bytes: Buffer, at: number) => {
    isBroken = true;
    onBroken(bytes, at);
  };

  /** All messages that are whole in these bytes. Where the next one begins. */
  const whole = (bytes: Buffer, start: number, end: number): number => {
    let at = start;
    while (!isBroken && end - at >= headLength) {
      const size = lengthOf(bytes, at);
      if (size < headLength) fail(bytes, at);
      else if (size > end - at) return at;
      else {
        onMessage(bytes, at, size);
        at += size;
      }
    }
    return at;
  };

  const begin = (bytes: Buffer, at: number, end: number) => {
    kept = Buffer.from(bytes.subarray(at, Math.min(end, at + keptMax)));
    taken = end - at;
    length = taken >= headLength ? lengthOf(bytes, at) : 0;
  };

  /** More of the message that has begun. Where it ends in these bytes. */
  const goOn = (bytes: Buffer, start: number, end: number): number => {
    if (length === 0) {
      const missing = Math.min(headLength - taken, end - start);
      kept = Buffer.concat([kept, bytes.subarray(start, start + missing)]);
      taken += missing;
      if (taken < headLength) return end;
      length = lengthOf(kept, 0);
      if (length < headLength) {
        fail(kept, 0);
        return end;
      }
      return goOn(bytes, start + missing, end);
    }
    const more = Math.min(length - taken, end - start);
    if (kept.length < keptMax) {
      const room = Math.min(more, keptMax - kept.length);
      kept = Buffer.concat([kept, bytes.subarray(start, start + room)]);
    }
    taken += more;
    if (taken === length) {
      const message = kept;
      taken = 0;
      onMessage(message, 0, length);
    }
    return start + more;
  };

  return {
    take(bytes, start, end) {
      let at = start;
      if (taken > 0 && !isBroken) at = goOn(bytes, start, end);
      if (isBroken || taken > 0) return;
      at = whole(bytes, at, end);
      if (!isBroken && at < end) begin(bytes, at, end);
    },
    isInside: () => taken > 0 && !isBroken,
  };
}
