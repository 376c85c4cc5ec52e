/** Both ends of one connection on loopback, unwound when the test ends. */
import { SystemCallError } from '../../kernel/socket.ts';
import { TcpListener } from '../../kernel/tcp-listener.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';

export const anyPort = { host: '127.0.0.1', port: 0 };

interface Unwinds {
  teardown(run: () => void): void;
}

export interface Pair {
  /** The end that connected. */
  client: TcpSocket;
  /** The end that was accepted. */
  server: TcpSocket;
  listener: TcpListener;
}

export async function connectedPair(t: Unwinds): Promise<Pair> {
  const listener = new TcpListener(anyPort);
  t.teardown(() => listener.close());
  const client = await TcpSocket.connect(listener.address);
  t.teardown(() => client.close());
  const accepted = await listener.connections().next();
  if (accepted.done) throw new Error('expected a connection, the listener is closed');
  const server = accepted.value;
  t.teardown(() => server.close());
  return { client, server, listener };
}

/** The errno name a call fails with. Throws when it does not fail, or with something else. */
export async function errnoOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof SystemCallError) return error.code;
    throw error;
  }
  throw new Error('expected the call to fail, it did not');
}

/** Reads until the end: what came, and `EOF` or the errno name. */
export async function readToEnd(socket: TcpSocket): Promise<{ bytes: Buffer; end: string }> {
  const parts: Buffer[] = [];
  for (;;) {
    try {
      const part = await socket.recv(65_536);
      if (part.length === 0) return { bytes: Buffer.concat(parts), end: 'EOF' };
      parts.push(part);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return { bytes: Buffer.concat(parts), end: error.code };
    }
  }
}

/** Exactly this many bytes. Throws when the end comes before them. */
export async function readBytes(socket: TcpSocket, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let missing = count; missing > 0; ) {
    const part = await socket.recv(missing);
    if (part.length === 0) throw new Error(`expected ${missing} more bytes, got end of file`);
    missing -= part.length;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
