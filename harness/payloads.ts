/**
 * What each captured packet carried: its bytes, and the DNS messages that they complete, field by field
 * (RFC 1035 section 4). Pure.
 */
import { type Answer, decode, type Packet } from 'dns-packet';
import { storedPackets } from '../captures/pcap-file.ts';
import type { Event, WireEvent } from './event.ts';
import { transportOf } from './packets.ts';
import { decodeDatagram, decodeSegment } from './recorders/segment.ts';

export interface Payload {
  bytes: Uint8Array;
  messages: readonly PayloadMessage[];
}

export interface PayloadMessage {
  /** What it is, such as `DNS response`. */
  title: string;
  fields: readonly (readonly [name: string, value: string])[];
}

/**
 * @param events Of the execution that the capture is of: they say whose packet each frame is.
 * @param protocol Of the scenario. Messages are read where it is DNS in the clear.
 * @returns Payloads by the number of their frame; packets that carry nothing are left out.
 */
export function payloadsOf(
  events: readonly Event[],
  pcap: Uint8Array,
  protocol: string,
): Map<number, Payload> {
  const isDns = protocol === 'dns-tcp' || protocol === 'dns-udp';
  const { packets } = storedPackets(pcap);
  const streams = new Map<string, Stream>();
  const payloads = new Map<number, Payload>();
  for (const event of events) {
    if (event.source !== 'wire' || event.length === 0) continue;
    const frame = packets[event.frame - 1]?.bytes;
    const bytes = frame && (decodeSegment(frame) ?? decodeDatagram(frame))?.payload;
    if (!bytes) continue;
    payloads.set(event.frame, { bytes, messages: isDns ? dnsOf(event, bytes, streams) : [] });
  }
  return payloads;
}

/** One direction of a connection: what has come of a message that is not complete yet. */
interface Stream {
  nextSeq: number;
  pending: Buffer;
}

function dnsOf(event: WireEvent, bytes: Buffer, streams: Map<string, Stream>): PayloadMessage[] {
  if (transportOf(event) === 'udp') return [dnsMessage(bytes)];
  const name = `${event.tuple} ${event.from}`;
  const stream = streams.get(name) ?? { nextSeq: 1, pending: Buffer.alloc(0) };
  streams.set(name, stream);
  const repeated = stream.nextSeq - event.relativeSeq;
  // After a hole nobody knows where a message begins.
  if (repeated < 0 || repeated >= bytes.length) return [];
  stream.nextSeq = event.relativeSeq + bytes.length;
  stream.pending = Buffer.concat([stream.pending, bytes.subarray(repeated)]);
  const messages: PayloadMessage[] = [];
  while (
    stream.pending.length >= 2 &&
    stream.pending.length >= 2 + stream.pending.readUInt16BE(0)
  ) {
    const end = 2 + stream.pending.readUInt16BE(0);
    messages.push(dnsMessage(stream.pending.subarray(2, end)));
    stream.pending = stream.pending.subarray(end);
  }
  return messages;
}

const opcodes: Readonly<Record<number, string>> = { 0: 'query', 4: 'notify', 5: 'update' };
const headerFlags = [
  ['AA', 0x0400],
  ['TC', 0x0200],
  ['RD', 0x0100],
  ['RA', 0x0080],
  ['AD', 0x0020],
  ['CD', 0x0010],
] as const;

function dnsMessage(bytes: Buffer): PayloadMessage {
  let packet: Packet;
  try {
    packet = decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { title: 'DNS, malformed', fields: [['error', reason]] };
  }
  const { flags = 0, questions = [], answers = [], authorities = [], additionals = [] } = packet;
  const opcode = (flags >> 11) & 0x0f;
  const isResponse = packet.type === 'response';
  const set = headerFlags.filter(([, bit]) => flags & bit).map(([name]) => name);
  const records = (section: string, of: readonly Answer[]) =>
    of.map((record) => [section, recordText(record)] as const);
  return {
    title: `DNS ${isResponse ? 'response' : (opcodes[opcode] ?? `opcode ${opcode}`)}`,
    fields: [
      ['id', String(packet.id ?? 0)],
      ['flags', set.length === 0 ? 'none' : set.join(' ')],
      ...(isResponse ? [['rcode', rcodeOf(flags)] as const] : []),
      ...questions.map(({ name, type }) => ['question', `${name} ${type}`] as const),
      ...records('answer', answers),
      ...records('authority', authorities),
      ...records('additional', additionals),
    ],
  };
}

/** RFC 1035 section 4.1.1 and RFC 2136 section 2.2. */
const rcodes: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
};

function rcodeOf(flags: number): string {
  const code = flags & 0x0f;
  return rcodes[code] ?? String(code);
}

function recordText(record: Answer): string {
  const { name, type } = record;
  const ttl = 'ttl' in record && record.ttl !== undefined ? ` ttl ${record.ttl}` : '';
  return `${name} ${type}${ttl} ${dataText('data' in record ? record.data : undefined)}`.trimEnd();
}

function dataText(data: unknown): string {
  if (data === undefined || data === null) return '';
  if (typeof data === 'string' || typeof data === 'number') return String(data);
  if (data instanceof Uint8Array) return Buffer.from(data).toString('hex');
  if (Array.isArray(data)) return data.map(dataText).join(' ');
  return JSON.stringify(data);
}
