/** The socket below a connection: TCP, or TLS over it. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { ResolvedOptions } from './options.ts';

export interface OpenedSocket {
  socket: Socket;
  /** When it can carry messages: after the handshake, and after the certificate was verified. */
  readyEvent: 'connect' | 'secureConnect';
}

/** RFC 7858 has none, but servers that share a port tell DNS by it: the IANA registry of ALPN ids. */
const alpn = ['dot'];

/** Filled and copied from within one turn of the event loop, so one is enough for all sockets. */
const scratch = Buffer.alloc(65_536);

/** `received` is given bytes that are its own. */
export function openSocket(
  { network, host, port, tls }: ResolvedOptions,
  received: (bytes: Buffer) => void,
): OpenedSocket {
  // Half-open, so that Node closes nothing of its own accord when the upstream sends FIN.
  const target = { host, port, allowHalfOpen: true, noDelay: true };
  if (network !== 'tls') {
    const callback = (bytesRead: number) => {
      received(Buffer.from(scratch.subarray(0, bytesRead)));
      return true;
    };
    // Without this, Node allocates 64 KiB for each read, whatever comes.
    const socket = connectTcp({ ...target, onread: { buffer: scratch, callback } });
    return { socket, readyEvent: 'connect' };
  }
  const { servername = isIP(host) ? undefined : host, ca } = tls;
  const socket = connectTls({
    ...target,
    ALPNProtocols: alpn,
    secureContext: secureContextFor(ca),
    ...(servername !== undefined && { servername }),
  });
  // The option is not handed on to the socket below.
  socket.setNoDelay(true);
  socket.on('data', received);
  return { socket, readyEvent: 'secureConnect' };
}

const secureContexts = new Map<string | undefined, SecureContext>();

/** Making one takes a good part of what a handshake takes, so there is one for each authority. */
function secureContextFor(ca: string | undefined): SecureContext {
  const known = secureContexts.get(ca);
  if (known) return known;
  const made = createSecureContext(ca === undefined ? {} : { ca });
  secureContexts.set(ca, made);
  return made;
}
