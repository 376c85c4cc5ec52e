/** Bytes without meaning: what arrives is a request, and is echoed. */
import type { Protocol } from './protocol.ts';

const bytesMax = 65_536;

export const raw: Protocol = {
  name: 'raw',
  async readRequest(channel) {
    const bytes = await channel.readSome(bytesMax);
    return bytes && { key: bytes.toString('latin1'), bytes };
  },
  respond({ key, bytes }) {
    return { answer: key, bytes };
  },
};
