/** Node's TLS client on a raw socket, for the harness: what `probeDriver` is for protocols in the clear. */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { ClientDriver } from '../../harness/client.ts';
import type { Operation } from '../../harness/event.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { muchBytes, type Probe, probes } from './probe.ts';

/** A raw socket as the stream that a library wants. */
class SocketStream extends Duplex {
  readonly #socket: TcpSocket;
  #isReading = false;

  constructor(socket: TcpSocket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
  }

  override _read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#socket.recv(65_536).then(
      (bytes) => {
        this.#isReading = false;
        this.push(bytes.length === 0 ? null : bytes);
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    this.#sendAll(bytes).then(() => done(), done);
  }

  async #sendAll(bytes: Buffer): Promise<void> {
    for (let sent = 0; sent < bytes.length; ) sent += await this.#socket.send(bytes.subarray(sent));
  }
}

/** The protocol of the probe over TLS; no certificate is refused. `patienceMs` is as that of `probeDriver`. */
export function tlsProbeDriver(
  protocol: string,
  patienceMs: number,
  inner: Probe = probes['dns-tcp'] as Probe,
): ClientDriver {
  return {
    name: 'tls-probe',
    description: 'one connection, one request, over TLS',
    protocols: [protocol],
    isPool: false,
    open(target) {
      let socket: TcpSocket | undefined;
      let tls: TLSSocket | undefined;
      return {
        async request(operation: Operation): Promise<string> {
          if (operation.kind === 'connect') {
            const signal = AbortSignal.timeout(patienceMs);
            socket = await TcpSocket.connect(target, { signal });
            const stream = new SocketStream(socket);
            tls = connect({ socket: stream, rejectUnauthorized: false });
            tls.on('error', () => {});
            await Promise.race([once(tls, 'secureConnect'), once(signal, 'abort')]);
            return 'connected';
          }
          if (!tls) throw new Error('not connected');
          if (operation.kind === 'recv') return received(tls, inner);
          const isOften = operation.kind === 'send' && operation.bytes === 'often';
          const many = isOften ? Math.ceil(muchBytes / inner.request.length) : 1;
          tls.write(Buffer.concat(Array(many).fill(inner.request)));
          return 'sent';
        },
        stats: () => ({}),
        async close() {
          tls?.destroy();
          socket?.close();
        },
      };
    },
  };
}

async function received(tls: TLSSocket, { isWhole }: Probe): Promise<string> {
  let bytes = Buffer.alloc(0);
  while (!isWhole(bytes)) {
    const [part] = (await once(tls, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, part]);
  }
  return 'received';
}
