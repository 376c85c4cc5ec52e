/** A part of a packet: what was captured of it, and how long it was on the wire. */
export interface Span {
  bytes: Buffer;
  /** Where it begins. */
  at: number;
  /** Where the captured bytes end; not before `at`. */
  end: number;
  /** From `at` on; the captured bytes may be fewer, or more where a frame is padded. */
  wireLength: number;
}

/** Whether so many bytes from the beginning were captured. */
export function has({ at, end }: Span, length: number): boolean {
  return at + length <= end;
}

/** What follows the first bytes, no longer than `wireLength` where that is given. */
export function after(span: Span, length: number, wireLength = span.wireLength - length): Span {
  const at = Math.min(span.at + length, span.end);
  return {
    bytes: span.bytes,
    at,
    end: Math.min(span.end, at + Math.max(0, wireLength)),
    wireLength,
  };
}

export const u8 = ({ bytes, at }: Span, offset: number) => bytes.readUInt8(at + offset);
export const u16 = ({ bytes, at }: Span, offset: number) => bytes.readUInt16BE(at + offset);
export const u32 = ({ bytes, at }: Span, offset: number) => bytes.readUInt32BE(at + offset);
