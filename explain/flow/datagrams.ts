/** UDP between two ports: DNS is read, of anything else only turns are told. */
import type { Frame } from '../../captures/frame.ts';
import {
  decodeIp,
  destinationOf,
  emptyPacket,
  type Packet,
  protocols,
  sourceOf,
} from '../../captures/packet.ts';
import type { Dialogue, Note } from '../dialogue/dialogue.ts';
import { dnsDialogue } from '../dialogue/dns.ts';
import { looksLikeDnsQuery } from '../dialogue/dns-message.ts';
import { unknownDialogue } from '../dialogue/unknown.ts';
import type { Moment, Side } from '../moment.ts';

export interface Flow {
  number: number;
  client: { host: string; port: number; packets: number; bytes: number };
  upstream: { host: string; port: number; packets: number; bytes: number };
  first: Moment;
  last: Moment;
  requests: number;
  answers: number;
  lastRequest: Moment | undefined;
  notes: Note[];
  /** ICMP: nobody is at the port. */
  unreachable: Moment | undefined;
  dialogue: Dialogue;
}

export interface DatagramTable {
  take(packet: Packet, frame: Frame): void;
  takeIcmp(packet: Packet, frame: Frame): void;
  end(): void;
}

const heldMaxDefault = 20_000;
const keptPerFlow = 20;
/** Type and code of "port unreachable": RFC 792, RFC 4443. */
const unreachable = { v4: 0x0303, v6: 0x0104 } as const;

export function datagramTable(
  onOver: (flow: Flow) => void,
  heldMax: number = heldMaxDefault,
): DatagramTable {
  const flows = new Map<string, Flow>();
  const repeated = emptyPacket();
  let count = 0;

  const open = (packet: Packet, frame: Frame, name: string): Flow => {
    if (flows.size >= heldMax) {
      const [oldestName, oldest] = flows.entries().next().value as [string, Flow];
      flows.delete(oldestName);
      onOver(oldest);
    }
    count += 1;
    const { bytes } = frame;
    const at = { frame: frame.number, atUs: frame.atUs };
    const isDns = looksLikeDnsQuery(bytes, packet.payloadAt, packet.payloadEnd);
    const flow: Flow = {
      number: count,
      client: { host: sourceOf(bytes, packet), port: packet.sourcePort, packets: 0, bytes: 0 },
      upstream: {
        host: destinationOf(bytes, packet),
        port: packet.destinationPort,
        packets: 0,
        bytes: 0,
      },
      first: at,
      last: at,
      requests: 0,
      answers: 0,
      lastRequest: undefined,
      notes: [],
      unreachable: undefined,
      dialogue: unknownDialogue(ignored),
    };
    flow.dialogue = isDns
      ? dnsDialogue(false, listenerOf(flow))
      : unknownDialogue(listenerOf(flow));
    flows.set(name, flow);
    return flow;
  };
  const nameOf = (bytes: Buffer, packet: Packet, isReversed: boolean) => {
    const ends = [
      `${sourceOf(bytes, packet)} ${packet.sourcePort}`,
      `${destinationOf(bytes, packet)} ${packet.destinationPort}`,
    ];
    return (isReversed ? ends.reverse() : ends).join(' ');
  };

  return {
    take(packet, frame) {
      const { bytes } = frame;
      const back = flows.get(nameOf(bytes, packet, true));
      const name = nameOf(bytes, packet, false);
      const flow = back ?? flows.get(name) ?? open(packet, frame, name);
      const side: Side = flow === back ? 'upstream' : 'client';
      const at = { frame: frame.number, atUs: frame.atUs };
      flow.last = at;
      flow[side].packets += 1;
      flow[side].bytes += packet.payloadLength;
      flow.dialogue.take(side, bytes, packet.payloadAt, packet.payloadEnd, at);
    },
    takeIcmp(packet, frame) {
      const kind = frame.bytes.readUInt16BE(packet.transportAt);
      const wanted = packet.protocol === protocols.icmp ? unreachable.v4 : unreachable.v6;
      if (kind !== wanted) return;
      if (!decodeIp(frame.bytes, packet.payloadAt, packet.payloadEnd, repeated)) return;
      if (repeated.protocol !== protocols.udp) return;
      const flow = flows.get(nameOf(frame.bytes, repeated, false));
      if (!flow) return;
      flow.last = { frame: frame.number, atUs: frame.atUs };
      flow.unreachable ??= flow.last;
    },
    end() {
      for (const flow of flows.values()) onOver(flow);
      flows.clear();
    },
  };
}

const ignored = { note() {}, asked() {}, answered() {} };

function listenerOf(flow: Flow) {
  return {
    note(kind: Note['kind'], text: string, { frame, atUs }: Moment) {
      if (flow.notes.length < keptPerFlow) flow.notes.push({ kind, text, frame, atUs });
    },
    asked({ frame, atUs }: Moment) {
      flow.requests += 1;
      flow.lastRequest = { frame, atUs };
    },
    answered() {
      flow.answers += 1;
    },
  };
}
