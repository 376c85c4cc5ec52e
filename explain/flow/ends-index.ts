/**
 * Finds what is kept for a pair of ends, whichever of them speaks. Addresses and ports are compared as numbers:
 * to make a key of each packet would take longer than all the rest.
 */
import type { Packet } from '../../captures/packet.ts';

export interface Keyed {
  /** Of the packet that it was made for. */
  readonly ends: Ends;
  /** Others of the same hash. */
  next: Keyed | undefined;
}

/** Source and destination; the addresses of IPv6 are compared byte by byte. */
export interface Ends {
  hash: number;
  source: number;
  sourcePort: number;
  destination: number;
  destinationPort: number;
  addresses: Buffer | undefined;
}

const ipv4Length = 4;
const ipv6Length = 16;

function numberOf(bytes: Buffer, at: number, length: number): number {
  let number = bytes.readInt32BE(at);
  for (let next = 4; next < length; next += 4) {
    number = Math.imul(number, 31) + bytes.readInt32BE(at + next);
  }
  return number | 0;
}

/** Odd and without pattern, as multiplicative hashing wants it. */
const mixAddress = 0x9e3779b1;
const mixPort = 0x85ebca6b;
const mixed = (address: number, port: number) =>
  Math.imul(address ^ Math.imul(port, mixPort), mixAddress);

/** The same for both directions. */
function endsOf(bytes: Buffer, packet: Packet, into: Ends): Ends {
  const { addressesAt, ipVersion, sourcePort, destinationPort } = packet;
  const length = ipVersion === 6 ? ipv6Length : ipv4Length;
  into.source = numberOf(bytes, addressesAt, length);
  into.destination = numberOf(bytes, addressesAt + length, length);
  into.sourcePort = sourcePort;
  into.destinationPort = destinationPort;
  into.hash = (mixed(into.source, sourcePort) + mixed(into.destination, destinationPort)) | 0;
  return into;
}

export class EndsIndex<T extends Keyed> {
  private readonly byHash = new Map<number, T>();
  private readonly wanted: Ends = {
    hash: 0,
    source: 0,
    sourcePort: 0,
    destination: 0,
    destinationPort: 0,
    addresses: undefined,
  };
  /** Whether what was found last was made for a packet of the same direction. */
  isForward = true;

  find(bytes: Buffer, packet: Packet): T | undefined {
    const { wanted } = this;
    endsOf(bytes, packet, wanted);
    let one: Keyed | undefined = this.byHash.get(wanted.hash);
    while (one) {
      const { ends } = one;
      this.isForward =
        ends.source === wanted.source &&
        ends.sourcePort === wanted.sourcePort &&
        ends.destination === wanted.destination &&
        ends.destinationPort === wanted.destinationPort &&
        hasAddresses(ends, bytes, packet, true);
      if (this.isForward || this.isBackward(ends, bytes, packet)) return one as T;
      one = one.next;
    }
    return undefined;
  }

  /** Of the packet that was looked for last. */
  ends(bytes: Buffer, { addressesAt, ipVersion }: Packet): Ends {
    const isIpv6 = ipVersion === 6;
    const addresses = isIpv6
      ? Buffer.from(bytes.subarray(addressesAt, addressesAt + ipv6Length * 2))
      : undefined;
    return { ...this.wanted, addresses };
  }

  add(one: T): void {
    one.next = this.byHash.get(one.ends.hash);
    this.byHash.set(one.ends.hash, one);
  }

  delete(one: T): void {
    const { hash } = one.ends;
    let before = this.byHash.get(hash) as Keyed | undefined;
    if (before === one) {
      if (one.next) this.byHash.set(hash, one.next as T);
      else this.byHash.delete(hash);
      return;
    }
    while (before && before.next !== one) before = before.next;
    if (before) before.next = one.next;
  }

  all(): T[] {
    const all: T[] = [];
    for (const first of this.byHash.values()) {
      for (let one: Keyed | undefined = first; one; one = one.next) all.push(one as T);
    }
    return all;
  }

  private isBackward(ends: Ends, bytes: Buffer, packet: Packet): boolean {
    const { wanted } = this;
    return (
      ends.source === wanted.destination &&
      ends.sourcePort === wanted.destinationPort &&
      ends.destination === wanted.source &&
      ends.destinationPort === wanted.sourcePort &&
      hasAddresses(ends, bytes, packet, false)
    );
  }
}

/** IPv4 is told by its numbers; of IPv6 these are but a hash. */
function hasAddresses(
  { addresses }: Ends,
  bytes: Buffer,
  { ipVersion, addressesAt }: Packet,
  isForward: boolean,
): boolean {
  if (!addresses || ipVersion !== 6) return addresses === undefined && ipVersion !== 6;
  const middle = addressesAt + ipv6Length;
  const end = middle + ipv6Length;
  const [first, second] = isForward ? [0, ipv6Length] : [ipv6Length, 0];
  return (
    addresses.compare(bytes, addressesAt, middle, first, first + ipv6Length) === 0 &&
    addresses.compare(bytes, middle, end, second, second + ipv6Length) === 0
  );
}
