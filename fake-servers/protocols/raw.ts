/** Bytes without meaning: what arrives is a request, and is echoed. */
import type { Conversation, Protocol } from './protocol.ts';

const bytesMax = 65_536;

export const raw: Protocol = {
  name: 'raw',
  transport: 'tcp',
  powers: [],
  start: () => ({ converse: () => conversation }),
};

/** Nothing is remembered from one message to the next. */
const conversation: Conversation = {
  async read(source) {
    const bytes = await source.readSome(bytesMax);
    return bytes && { key: bytes.toString('latin1'), bytes };
  },
  respond({ bytes }) {
    return { answer: bytes.toString('latin1'), bytes };
  },
};
