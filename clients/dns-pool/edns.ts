/** How long an idle connection may stay open, as the upstream says: edns-tcp-keepalive, RFC 7828. */
import { encode, type OptAnswer } from 'dns-packet';
import { lengthPrefixBytes } from './frames.ts';
import type { DnsAnswer } from './message.ts';

const headerBytes = 12;
/** For UDP only, but there is no leaving it out: RFC 6891 section 6.2.3. */
const udpPayloadSize = 1232;
const keepaliveCode = 11;
const additionalCountOffset = lengthPrefixBytes + 10;
/** RFC 7828 section 3.1. */
const timeoutUnitMs = 100;

/** A client's option is empty: RFC 7828 section 3.2.1. */
const optRecord = encode({
  additionals: [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [{ code: keepaliveCode }],
    },
  ],
}).subarray(headerBytes);

/** The framed message, which has no OPT record, with one that asks for the timeout. */
export function askingForKeepalive(framed: Buffer): Buffer {
  const bytes = Buffer.concat([framed, optRecord]);
  bytes.writeUInt16BE(bytes.length - lengthPrefixBytes, 0);
  bytes.writeUInt16BE(framed.readUInt16BE(additionalCountOffset) + 1, additionalCountOffset);
  return bytes;
}

/**
 * The idle timeout that the answer grants, in milliseconds; 0 asks to send nothing more (RFC 7828 section
 * 3.2.2). Undefined when it says nothing.
 */
export function keepaliveMsIn({ additionals = [] }: DnsAnswer): number | undefined {
  const opt = additionals.find((record): record is OptAnswer => record.type === 'OPT');
  const option = opt?.options.find(({ code }) => code === keepaliveCode);
  const timeout = option && 'timeout' in option ? option.timeout : undefined;
  return timeout === undefined ? undefined : timeout * timeoutUnitMs;
}

/** Whether the upstream knows no EDNS, so that the request is due without it: RFC 6891 section 7. */
export function refusesEdns({ rcode, additionals = [] }: DnsAnswer): boolean {
  return rcode === 'FORMERR' && !additionals.some(({ type }) => type === 'OPT');
}
