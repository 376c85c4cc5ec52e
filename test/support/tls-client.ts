/** Node's TLS client with its bytes passed by hand, and what it says to a conversation. */
import { setImmediate } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { certificateOf } from '../../fake-servers/certificates.ts';
import { LibrarySocket } from '../../fake-servers/library-socket.ts';
import type { Conversation, Guest, Message } from '../../fake-servers/protocols/protocol.ts';
import { MemorySource } from './memory-source.ts';

export const guest: Guest = { ordinal: 1, tuple: '127.0.0.1:1->127.0.0.1:2', certificate: 'valid' };

export interface TlsClient {
  tls: TLSSocket;
  /** All that it was told, decrypted. */
  heard(): Buffer;
  hear(bytes: Buffer): void;
  /** What it has put on the wire since it was asked last. */
  said(): Promise<Buffer>;
}

export async function tlsClient(options: ConnectionOptions = {}): Promise<TlsClient> {
  const { ca } = await certificateOf('valid');
  const wire = new LibrarySocket();
  const tls = connect({ socket: wire, ca, servername: 'upstream.test', ...options });
  const heard: Buffer[] = [];
  tls.on('data', (bytes: Buffer) => heard.push(bytes));
  tls.on('error', () => {});
  return {
    tls,
    heard: () => Buffer.concat(heard),
    hear: (bytes) => wire.feed(bytes),
    async said() {
      const parts: Buffer[] = [];
      for (let quietTurns = 0; quietTurns < 3; quietTurns++) {
        await setImmediate();
        const bytes = wire.takeWritten();
        if (bytes.length > 0) quietTurns = -1;
        parts.push(bytes);
      }
      return Buffer.concat(parts);
    },
  };
}

export interface Said {
  messages: Message[];
  /** What the conversation took from the source for each of them. */
  taken: Buffer[];
  /** What it was answered, each by itself. */
  responses: Buffer[];
}

/** What goes on the wire in response to a message. */
export async function wireBytes(conversation: Conversation, message: Message): Promise<Buffer> {
  const { bytes, isLast } = await conversation.respond(message);
  if (message.key === undefined) return bytes;
  const sealed = (await conversation.seal?.(bytes)) ?? bytes;
  const goodbye = isLast ? await conversation.closeNotify?.() : undefined;
  return Buffer.concat([sealed, goodbye ?? Buffer.alloc(0)]);
}

/** Has the conversation read and answer all of these bytes. */
export async function sayAll(
  conversation: Conversation,
  chunks: readonly Buffer[],
  hear: (bytes: Buffer) => void = () => {},
): Promise<Said> {
  const source = new MemorySource(chunks);
  const said: Said = { messages: [], taken: [], responses: [] };
  for (;;) {
    const before = source.unread;
    const message = await conversation.read(source);
    if (!message) return said;
    const bytes = await wireBytes(conversation, message);
    hear(bytes);
    said.messages.push(message);
    said.taken.push(before.subarray(0, before.length - source.unread.length));
    said.responses.push(bytes);
  }
}

/** Passes bytes to and fro until the client says nothing more. */
export async function converseWith(
  client: TlsClient,
  conversation: Conversation,
  chop: (bytes: Buffer) => Buffer[] = (bytes) => [bytes],
): Promise<Said> {
  const all: Said = { messages: [], taken: [], responses: [] };
  for (;;) {
    const bytes = await client.said();
    if (bytes.length === 0) return all;
    const { messages, taken, responses } = await sayAll(conversation, chop(bytes), client.hear);
    all.messages.push(...messages);
    all.taken.push(...taken);
    all.responses.push(...responses);
  }
}
