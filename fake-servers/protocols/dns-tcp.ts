/** DNS over TCP: a two-byte length, then the message (RFC 1035 section 4.2.2, RFC 7766 section 8). */
import { keyOfMessage, respondTo, withKeepalive, withOtherId } from './dns/message.ts';
import type { Conversation, Protocol } from './protocol.ts';

const prefixBytes = 2;

export const dnsTcp: Protocol = {
  name: 'dns-tcp',
  transport: 'tcp',
  powers: ['reorder', 'wrong-id', 'idle-limit'],
  start: () => ({ converse: () => conversation }),
};

/** Nothing is remembered from one message to the next. */
const conversation: Conversation = {
  async read(source) {
    const prefix = await source.readExactly(prefixBytes);
    const bytes = prefix && (await source.readExactly(prefix.readUInt16BE(0)));
    return bytes && { key: keyOfMessage(bytes), bytes };
  },
  respond({ bytes }) {
    const { answer, message } = respondTo(bytes);
    return { answer, bytes: framed(message) };
  },
  withWrongId: ({ answer, bytes }) => ({
    answer,
    bytes: framed(withOtherId(bytes.subarray(prefixBytes))),
  }),
  announcingIdle: ({ answer, bytes }, idleMs) => ({
    answer,
    bytes: framed(withKeepalive(bytes.subarray(prefixBytes), idleMs)),
  }),
};

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt16BE(message.length, 0);
  return Buffer.concat([prefix, message]);
}
