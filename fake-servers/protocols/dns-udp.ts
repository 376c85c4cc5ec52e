/** DNS over UDP: a datagram is a message (RFC 1035 section 4.2.1). */
import { keyOfMessage, respondTo, truncatedMessage, withOtherId } from './dns/message.ts';
import { dnsTcp } from './dns-tcp.ts';
import type { Conversation, Protocol } from './protocol.ts';

/** The largest length that the header of UDP can name, RFC 768. */
const bytesMax = 65_535;

/** Its source hands out one whole datagram at each `readSome`. */
export const dnsUdp: Protocol = {
  name: 'dns-udp',
  transport: 'udp',
  // RFC 7766 section 5: every server must speak both.
  overTcp: dnsTcp,
  powers: ['wrong-id', 'truncate'],
  start: () => ({ converse: () => conversation }),
};

/** Nothing is remembered from one message to the next. */
const conversation: Conversation = {
  async read(source) {
    const bytes = await source.readSome(bytesMax);
    return bytes && { key: keyOfMessage(bytes), bytes };
  },
  respond({ bytes }) {
    const { answer, message } = respondTo(bytes);
    return { answer, bytes: message };
  },
  withWrongId: ({ answer, bytes }) => ({ answer, bytes: withOtherId(bytes) }),
  truncated: ({ bytes }) => ({ answer: 'TRUNCATED', bytes: truncatedMessage(bytes) }),
};
