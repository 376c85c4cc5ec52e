/** One record of a capture file, as its reader hands it over. */
export interface Frame {
  /** Its place in the file, from 1, as Wireshark numbers frames. */
  number: number;
  /** Whole microseconds since the epoch. */
  atUs: number;
  /** What a capture with nanoseconds tells beyond that, 0 to 999. */
  ns: number;
  /** LINKTYPE_ value of its interface. */
  linkType: number;
  /** What was captured is `bytes[start]` to `bytes[end - 1]`. Valid until the next frame is read. */
  bytes: Buffer;
  start: number;
  end: number;
  /** More than `end - start` when the snapshot length cut it. */
  lengthOnWire: number;
}

/** The reader owns the frame and fills it anew each time: millions of them would be garbage. */
export type OnFrame = (frame: Frame) => void;

export function emptyFrame(): Frame {
  return {
    number: 0,
    atUs: 0,
    ns: 0,
    linkType: 0,
    bytes: Buffer.alloc(0),
    start: 0,
    end: 0,
    lengthOnWire: 0,
  };
}

/** What is not a capture, or not one that can be read. */
export class NotACapture extends Error {
  override readonly name = 'NotACapture';
}

/** A record that cannot be what it says: nothing after it can be trusted. */
export class DamagedCapture extends Error {
  override readonly name = 'DamagedCapture';
  /** Where the record begins, in bytes from the start of the (unpacked) file. */
  readonly offsetBytes: number;

  constructor(offsetBytes: number, message: string) {
    super(message);
    this.offsetBytes = offsetBytes;
  }
}

/**
 * Reads records from what has come of a file so far. Throws NotACapture or DamagedCapture.
 */
export interface RecordParser {
  readonly format: 'pcap' | 'pcapng';
  /**
   * Takes all whole records of the bytes, and returns how many bytes these were; the rest is handed in
   * again, with what comes after it.
   * @param offsetBytes Where `bytes` begins in the file.
   */
  parse(bytes: Buffer, offsetBytes: number): number;
  /** Handed over so far. */
  frames(): number;
  /** Packets that the recorder says it has missed; null when it says nothing. */
  drops(): number | null;
}

/** Far above any frame: 64 KiB of loopback, and what BIG TCP makes of it. Longer is damage. */
export const frameBytesMax = 4 * 1024 * 1024;
