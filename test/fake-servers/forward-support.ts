/** A client and a server with nothing between them but a forwarding. */
import { Forwarding } from '../../fake-servers/forward.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';
import { connectedPair } from '../support/sockets.ts';

export interface Proxied {
  client: TcpSocket;
  server: TcpSocket;
  /** The proxy's ends. */
  toClient: TcpSocket;
  toServer: TcpSocket;
  forwarding: Forwarding;
}

/** Closes all of it when `use` is done, so that a property can run it many times. */
export async function proxied<T>(use: (proxied: Proxied) => Promise<T>): Promise<T> {
  const teardowns: (() => void)[] = [];
  const unwinds = { teardown: (run: () => void) => teardowns.push(run) };
  try {
    const near = await connectedPair(unwinds);
    const far = await connectedPair(unwinds);
    const [toClient, toServer] = [near.server, far.client];
    const forwarding = new Forwarding(toClient, toServer);
    return await use({ client: near.client, server: far.server, toClient, toServer, forwarding });
  } finally {
    for (const teardown of teardowns.reverse()) teardown();
  }
}

export async function sendAll(socket: TcpSocket, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += await socket.send(bytes.subarray(offset));
  }
}

/** Bytes in which every position within 64 KiB of another looks different. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE(i, i);
  return bytes;
}

/** The same in both directions: who does it, who sees it, and what the run is called. */
export const bothWays = [
  {
    from: 'client',
    ends: ({ client, server, toClient, toServer }: Proxied) => ({
      here: client,
      there: server,
      toHere: toClient,
      toThere: toServer,
    }),
    limit: (bytes: number) => ({ bytesFromClientMax: bytes }),
    otherLimit: (bytes: number) => ({ bytesFromServerMax: bytes }),
    forwarded: ({ forwarding }: Proxied) => forwarding.bytesFromClient,
  },
  {
    from: 'server',
    ends: ({ client, server, toClient, toServer }: Proxied) => ({
      here: server,
      there: client,
      toHere: toServer,
      toThere: toClient,
    }),
    limit: (bytes: number) => ({ bytesFromServerMax: bytes }),
    otherLimit: (bytes: number) => ({ bytesFromClientMax: bytes }),
    forwarded: ({ forwarding }: Proxied) => forwarding.bytesFromServer,
  },
] as const;
