/** What the bytes of one direction of a connection say, message by message. */
import { decode, type Packet } from 'dns-packet';
import { queryKey, updateKey } from '../keys.ts';

export interface Message {
  text: string;
  /** Set when the message is a request. */
  requestKey?: string;
}

/** Takes the bytes of one direction in order; returns the messages that they complete. */
export type MessageReader = (bytes: Buffer) => Message[];

/** A reader for this protocol, one for each direction of each connection. */
export function messageReader(protocol: string): MessageReader {
  if (protocol === 'dns-udp') return dnsUdpReader;
  return protocol === 'dns-tcp' ? dnsTcpReader() : rawReader;
}

const rawTextMax = 40;

const rawReader: MessageReader = (bytes) => {
  const text = JSON.stringify(bytes.subarray(0, rawTextMax).toString('latin1'));
  return [{ text: bytes.length > rawTextMax ? `${text}...` : text }];
};

/** RFC 1035 section 4.2.1: a datagram is a message. */
const dnsUdpReader: MessageReader = (bytes) => [describeDns(bytes)];

/** RFC 1035 section 4.2.2: a message may come in any number of segments. */
function dnsTcpReader(): MessageReader {
  let pending: Buffer = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    const messages: Message[] = [];
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      messages.push(describeDns(pending.subarray(2, end)));
      pending = pending.subarray(end);
    }
    return messages;
  };
}

/** RFC 2136 section 1.3. */
const opcodeUpdate = 5;
const opcodeOf = ({ flags = 0 }: Packet) => (flags >> 11) & 0x0f;

function describeDns(bytes: Buffer): Message {
  let packet: Packet;
  try {
    packet = decode(bytes);
  } catch {
    // Not this file's to judge: a script may send broken messages on purpose.
    return { text: `DNS, malformed, ${bytes.length} bytes` };
  }
  const question = packet.questions?.[0];
  const asked = question ? `${question.name} ${question.type}` : 'no question';
  if (opcodeOf(packet) === opcodeUpdate) {
    const text = `DNS update ${packet.type === 'query' ? '' : 'response '}${packet.id} ${asked}`;
    return packet.type === 'query' && question
      ? { text, requestKey: updateKey(question.name) }
      : { text };
  }
  if (packet.type === 'query') {
    const text = `DNS query ${packet.id} ${asked}`;
    return question ? { text, requestKey: queryKey(question.name, question.type) } : { text };
  }
  const data = (packet.answers ?? []).map((answer) =>
    'data' in answer ? answer.data : answer.type,
  );
  return { text: `DNS response ${packet.id} ${asked} ${data.join(' ')}`.trimEnd() };
}
