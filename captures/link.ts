/** Link layers: where in a frame the IP packet begins. https://www.tcpdump.org/linktypes.html */

export const linkTypes = {
  null: 0,
  ethernet: 1,
  /** The same, as OpenBSD numbers raw IP. */
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;
/** IEEE 802.1Q, 802.1ad, and what was used before the latter. */
const vlanTypes: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const vlanTagLength = 4;
/** Nobody stacks more; it bounds the loop. */
const vlanTagsMax = 8;

/** Every AF_INET6 of the systems that write this link type: Linux, NetBSD and OpenBSD, FreeBSD, Darwin. */
const familiesIpv6: ReadonlySet<number> = new Set([10, 24, 28, 30]);
const familyIpv4 = 2;

/** Where the IP packet begins, or -1 when the frame carries none or its link type is not known. */
export function ipStart(bytes: Buffer, start: number, end: number, linkType: number): number {
  switch (linkType) {
    case linkTypes.ethernet:
      return behindEtherType(bytes, start + 12, end);
    case linkTypes.linuxSll2:
      return byEtherType(bytes, start, start + 20, end);
    case linkTypes.linuxSll:
      return behindEtherType(bytes, start + 14, end);
    case linkTypes.raw:
    case linkTypes.rawBsd:
    case linkTypes.rawOpenBsd:
    case linkTypes.ipv4:
    case linkTypes.ipv6:
      return start < end ? start : -1;
    case linkTypes.null:
    case linkTypes.loop: {
      if (start + 4 > end) return -1;
      // Of the host that captured: one of the two orders gives a number below 256.
      const family = bytes[start] === 0 ? bytes.readUInt32BE(start) : bytes.readUInt32LE(start);
      return family === familyIpv4 || familiesIpv6.has(family) ? start + 4 : -1;
    }
    default:
      return -1;
  }
}

/** The type is right before what it tells of. */
function behindEtherType(bytes: Buffer, typeAt: number, end: number): number {
  return byEtherType(bytes, typeAt, typeAt + 2, end);
}

function byEtherType(bytes: Buffer, typeAt: number, payloadAt: number, end: number): number {
  if (payloadAt > end) return -1;
  let type = ((bytes[typeAt] as number) << 8) | (bytes[typeAt + 1] as number);
  if (type === etherTypeIpv4) return payloadAt;
  let at = payloadAt;
  for (let tags = 0; vlanTypes.has(type) && tags < vlanTagsMax; tags++) {
    if (at + vlanTagLength > end) return -1;
    type = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    at += vlanTagLength;
  }
  return type === etherTypeIpv4 || type === etherTypeIpv6 ? at : -1;
}
