/** Addresses as tcpdump -n prints them. */
import type { Span } from './span.ts';

export function ipv4Text({ bytes, at }: Span, offset: number): string {
  return bytes.subarray(at + offset, at + offset + 4).join('.');
}

/** RFC 5952, but with the last 32 bits in dots where they are an IPv4 address, mapped or compatible. */
export function ipv6Text(span: Span, offset: number): string {
  const { bytes, at } = span;
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(at + offset + i * 2));
  const { start, length } = longestZeros(groups);
  const isMapped = length === 5 && groups[5] === 0xffff;
  if (start === 0 && (length === 6 || isMapped)) {
    return `::${isMapped ? 'ffff:' : ''}${ipv4Text(span, offset + 12)}`;
  }
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The first of the longest. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
