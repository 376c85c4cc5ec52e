/** What the client of a connection said, in the order in which it said it. */
import { decode } from 'dns-packet';
import type { ExplainedConnection } from '../../../../explain/result.ts';
import { decodeDatagram, decodeSegment } from '../../../recorders/segment.ts';
import type { NumberedPacket } from '../packets.ts';

/** Bytes of the client that nothing of the upstream comes between. */
export interface Turn {
  bytes: Buffer;
  /** Its first packet. */
  frame: number;
  /** Bytes that the upstream sent after it, before the next turn. */
  answeredBytes: number;
}

export interface Talk {
  turns: Turn[];
  /** What the upstream sent before the client said anything. */
  greetingBytes: number;
}

export function talkOf(
  { transport, client }: ExplainedConnection,
  packets: readonly NumberedPacket[],
): Talk {
  const talk: Talk = { turns: [], greetingBytes: 0 };
  const clientPort = Number(client.address.slice(client.address.lastIndexOf(':') + 1));
  const said = transport === 'tcp' ? newBytes() : datagramBytes;
  let isAnswered = true;
  for (const packet of packets) {
    const { port, bytes } = said(packet);
    if (bytes.length === 0) continue;
    const last = talk.turns.at(-1);
    if (port !== clientPort) {
      if (last) last.answeredBytes += bytes.length;
      else talk.greetingBytes += bytes.length;
      isAnswered = true;
    } else if (last && !isAnswered && transport === 'tcp') {
      last.bytes = Buffer.concat([last.bytes, bytes]);
    } else {
      talk.turns.push({ bytes: Buffer.from(bytes), frame: packet.frame, answeredBytes: 0 });
      isAnswered = false;
    }
  }
  return talk;
}

interface Said {
  port: number;
  bytes: Buffer;
}

const silence: Said = { port: 0, bytes: Buffer.alloc(0) };

function datagramBytes({ bytes }: NumberedPacket): Said {
  const datagram = decodeDatagram(bytes);
  return datagram ? { port: datagram.source.port, bytes: datagram.payload } : silence;
}

/** Each byte once, though it may have been sent again. */
function newBytes(): (packet: NumberedPacket) => Said {
  const next = new Map<number, number>();
  return ({ bytes }) => {
    const segment = decodeSegment(bytes);
    if (!segment || segment.payload.length === 0) return silence;
    const { seq, payload, source } = segment;
    const fresh = unheard(seq, payload, next.get(source.port));
    if (fresh.length > 0) next.set(source.port, (seq + payload.length) >>> 0);
    return { port: source.port, bytes: fresh };
  };
}

function unheard(seq: number, payload: Buffer, nextSeq: number | undefined): Buffer {
  if (nextSeq === undefined) return payload;
  const known = (nextSeq - seq) | 0;
  return known <= 0 ? payload : payload.subarray(known);
}

export interface DnsQuestion {
  name: string;
  type: string;
  isUpdate: boolean;
}

const opcodeUpdate = 5;

/** Every query of the client in turn; what is no DNS message is passed over. */
export function questionsOf({ turns }: Talk, transport: 'tcp' | 'udp'): DnsQuestion[] {
  if (transport === 'udp') return turns.flatMap(({ bytes }) => questionOf(bytes));
  const all = Buffer.concat(turns.map(({ bytes }) => bytes));
  const questions: DnsQuestion[] = [];
  for (let at = 0; at + 2 <= all.length; at += 2 + all.readUInt16BE(at)) {
    questions.push(...questionOf(all.subarray(at + 2, at + 2 + all.readUInt16BE(at))));
  }
  return questions;
}

function questionOf(bytes: Buffer): DnsQuestion[] {
  try {
    const { questions: [question] = [] } = decode(bytes);
    const opcode = ((bytes[2] ?? 0) >> 3) & 0x0f;
    if (!question) return [];
    return [{ name: question.name, type: question.type, isUpdate: opcode === opcodeUpdate }];
  } catch {
    // dns-packet throws on what is no DNS message.
    return [];
  }
}
