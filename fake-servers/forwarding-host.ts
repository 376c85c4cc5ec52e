/** An upstream that does not answer by itself: it forwards to a real server. */
import type { Address } from '../kernel/address.ts';
import { formatAddress } from '../kernel/address.ts';
import { descriptorFreed, isExhausted } from '../kernel/descriptors.ts';
import { SystemCallError } from '../kernel/socket.ts';
import { TcpSocket } from '../kernel/tcp-socket.ts';
import { type Channel, TcpChannel } from './channel.ts';
import { Forwarding, type Outcome } from './forward.ts';
import type { Limit } from './limit.ts';
import type { Record } from './player.ts';
import type { Host, Hosted } from './stage-set.ts';
import type { Served } from './talk.ts';

/**
 * A client whose server cannot be reached is reset: a FIN would look like an answer that the server
 * never gave.
 */
export function forwardingHost(to: Address, record: Record): Host {
  return {
    begin: (_of, channel) => forwardTo(to, channel, record),
    close: () => {},
  };
}

function forwardTo(to: Address, channel: Channel, record: Record): Hosted {
  if (!(channel instanceof TcpChannel)) throw new TypeError('only TCP connections are forwarded');
  const leaving = new AbortController();
  const connecting = connect(to, leaving.signal);
  // Whoever serves learns of it; until then nobody waits.
  connecting.catch(() => {});
  let forwarding: Forwarding | undefined;

  const reach = async (): Promise<Forwarding | undefined> => {
    try {
      forwarding ??= new Forwarding(channel.end, await connecting);
      return forwarding;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      const reason = `the server ${formatAddress(to)} cannot be reached: ${error.code}`;
      if (!leaving.signal.aborted) record({ source: 'upstream', type: 'failed', reason });
      channel.reset();
      return undefined;
    }
  };

  return {
    service: {
      talk: undefined,
      async serve(limit) {
        const reached = await reach();
        if (!reached) return 'finished';
        return servedOf(await reached.run(ordersOf(limit, channel, reached)));
      },
    },
    end() {
      leaving.abort();
      connecting.then(
        (server) => server.close(),
        () => {},
      );
    },
  };
}

/** Limits count all bytes of the connection; a script may have read or sent some by itself. */
function ordersOf(
  { bytesReadMax, bytesSentMax, signal }: Limit,
  channel: Channel,
  { bytesFromClient, bytesFromServer }: Forwarding,
) {
  const ownRead = channel.bytesRead - bytesFromClient;
  const ownSent = channel.bytesSent - bytesFromServer;
  return {
    ...(bytesReadMax !== undefined && { bytesFromClientMax: bytesReadMax - ownRead }),
    ...(bytesSentMax !== undefined && { bytesFromServerMax: bytesSentMax - ownSent }),
    ...(signal && { signal }),
  };
}

function servedOf(outcome: Outcome): Served {
  switch (outcome) {
    case 'limit':
    case 'aborted':
      return 'stopped';
    case 'client ended':
    case 'client reset':
      return 'client left';
    case 'server ended':
    case 'server reset':
    case 'both ended':
      return 'finished';
  }
}

/** Waits while there is no descriptor left. Throws SystemCallError. */
async function connect(to: Address, signal: AbortSignal): Promise<TcpSocket> {
  for (;;) {
    try {
      return await TcpSocket.connect(to, { signal });
    } catch (error) {
      if (!(error instanceof SystemCallError) || !isExhausted(error.code)) throw error;
      await descriptorFreed();
    }
  }
}
