/**
 * DNS over UDP as it should not be: the next datagram is taken for the answer, whatever it says, errors
 * are overlooked, and a query is sent again blindly. It is meant to fail.
 */
import { decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import type { Operation } from '../../harness/event.ts';
import { connectionTuple } from '../../kernel/address.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import { UdpSocket } from '../../kernel/udp-socket.ts';
import type { Clock } from '../clock.ts';
import { publishIo } from '../events.ts';

export interface Target {
  host: string;
  port: number;
}

const queryMs = 5000;
const resendMs = 2500;

class NaiveUdpError extends Error {
  override readonly name = 'NaiveUdpError';
  /** `TIMEOUT`, `CLOSED`, `PROTOCOL`, `UNSUPPORTED`. */
  readonly code: string;

  constructor(code: string) {
    super(`the query failed: ${code}`);
    this.code = code;
  }
}

export const naiveDnsUdpDriver = {
  name: 'naive-dns-udp',
  description: 'DNS over UDP done wrong: the next datagram is the answer, queries are sent again',
  protocols: ['dns-udp'],
  operations: ['query'] as const,
  isPool: false,
  open(target: Target, { clock }: { clock: Clock }) {
    let socket: UdpSocket | undefined;
    let queries = 0;
    return {
      async request(operation: Operation): Promise<string> {
        if (operation.kind !== 'query') throw new NaiveUdpError('UNSUPPORTED');
        queries += 1;
        socket ??= UdpSocket.connect(target);
        const message = encode({
          type: 'query',
          id: queries & 0xffff,
          flags: RECURSION_DESIRED,
          questions: [{ name: operation.name, type: operation.type as RecordType }],
        });
        return inWords(await exchange(socket, target, message, clock));
      },
      stats: () => ({ queries }),
      async close() {
        socket?.close();
      },
    };
  },
};

async function exchange(
  socket: UdpSocket,
  target: Target,
  message: Buffer,
  clock: Clock,
): Promise<Buffer> {
  const tuple = connectionTuple(socket.address, target);
  const send = () =>
    void told(tuple, 'send', async () => {
      await socket.send(message);
      publishIo('send', { bytes: message.length }, tuple);
    });
  let isLate = false;
  let expire = () => {};
  const expired = new Promise<void>((resolve) => {
    expire = resolve;
  });
  const cancelResend = clock.after(resendMs, send);
  const cancelTimeout = clock.after(queryMs, () => {
    isLate = true;
    expire();
  });
  send();
  try {
    while (!isLate && !socket.isClosed) {
      const datagram = await told(tuple, 'recv', async () => socket.recvNow());
      if (datagram) {
        publishIo('recv', { bytes: datagram.bytes.length }, tuple);
        return datagram.bytes;
      }
      if (!socket.isClosed) await Promise.race([socket.readable(), expired]);
    }
    throw new NaiveUdpError(isLate ? 'TIMEOUT' : 'CLOSED');
  } finally {
    cancelResend();
    cancelTimeout();
  }
}

/** What fails is published and overlooked. */
async function told<T>(
  tuple: string,
  call: 'send' | 'recv',
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    // Closed by this side: no system call was made.
    if (error.code === 'EBADF') return undefined;
    publishIo(call, { error: error.code }, tuple);
    return undefined;
  }
}

function inWords(message: Buffer): string {
  try {
    const { answers = [] } = decode(message);
    const data = answers.flatMap((answer) => ('data' in answer ? [String(answer.data)] : []));
    return data.join(' ') || 'NODATA';
  } catch {
    // dns-packet throws on what is no DNS message.
    throw new NaiveUdpError('PROTOCOL');
  }
}
