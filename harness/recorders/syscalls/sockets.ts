/**
 * Which socket a descriptor of a process is.
 *
 * strace shows the ends of a connection only once the kernel knows them, and what it has seen once it
 * shows for ever: the far end of a socket that was bound first is never shown. Hence the books.
 */
import type { Address } from '../../../kernel/address.ts';
import type { Side, Transport } from '../../event.ts';
import type { Descriptor, ShownSocket } from './arguments.ts';

/** One connection, or what is said between two UDP ports. Filled in as its ends become known. */
export interface Association {
  readonly socket: Socket;
  readonly remote: Address;
  /** The end that the process is, where a call has shown it. */
  readonly side: Side | undefined;
  /** Undefined until it is known; a connection that is refused never shows it. */
  local: Address | undefined;
}

export interface Socket {
  readonly transport: Transport;
  /** The number of its inode; empty where it was never shown. */
  inode: string;
  local: Address | undefined;
  /** A connect(2) that has not said yet how it ended. */
  isConnecting: boolean;
  /** With the end that it is connected to. */
  current: Association | undefined;
  /** Of UDP, where one socket speaks with several. */
  readonly others: Map<string, Association>;
}

function newSocket({ transport, inode = '', local, remote }: ShownSocket): Socket {
  const socket: Socket = {
    transport,
    inode,
    local,
    isConnecting: false,
    current: undefined,
    others: new Map(),
  };
  if (remote) connectTo(socket, remote, undefined);
  return socket;
}

export function connectTo(socket: Socket, remote: Address, side: Side | undefined): Association {
  socket.current = { socket, remote, side, local: socket.local };
  return socket.current;
}

const keyOf = ({ host, port }: Address) => `${host} ${port}`;

/** What a socket of UDP that is not connected says to this end, or hears from it. */
export function speakWith(socket: Socket, remote: Address, side: Side): Association {
  const known = socket.others.get(keyOf(remote));
  if (known) return known;
  const fresh = { socket, remote, side, local: socket.local };
  socket.others.set(keyOf(remote), fresh);
  return fresh;
}

/** The only one there can be meant, where a call names no other end. */
export function onlyAssociation({ current, others }: Socket): Association | undefined {
  if (current) return current;
  return others.size === 1 ? [...others.values()][0] : undefined;
}

const isAnyHost = ({ host }: Address) => host === '0.0.0.0' || host === '::';

export function setLocal(socket: Socket, local: Address): void {
  if (socket.local && isAnyHost(local)) return;
  socket.local = local;
  for (const one of [socket.current, ...socket.others.values()]) {
    if (one && (!one.local || isAnyHost(one.local))) one.local = local;
  }
}

/** What strace shows may be old: it completes what is known, and takes nothing away. */
function update(socket: Socket, { inode, local, remote }: ShownSocket): void {
  if (inode !== undefined) socket.inode = inode;
  if (local) setLocal(socket, local);
  if (remote && !socket.current) connectTo(socket, remote, undefined);
}

/** Whether what is shown can be this socket. */
function isSame(socket: Socket, { transport, inode, remote }: ShownSocket): boolean {
  if (socket.transport !== transport) return false;
  // A socket whose ends have been shown is never again shown by its inode: this one is new.
  if (inode !== undefined)
    return socket.inode === '' ? socket.current === undefined : socket.inode === inode;
  const known = socket.current?.remote;
  return !remote || !known || keyOf(known) === keyOf(remote);
}

/** The sockets of a process by their descriptors. */
export type Descriptors = Map<number, Socket>;

/** Undefined for what is no socket of TCP or UDP. */
export function socketAt(
  descriptors: Descriptors,
  descriptor: Descriptor | undefined,
): Socket | undefined {
  if (!descriptor) return undefined;
  const { number, shown } = descriptor;
  const known = descriptors.get(number);
  if (shown === undefined) return known;
  if (shown === 'other') {
    descriptors.delete(number);
    return undefined;
  }
  if (known && isSame(known, shown)) {
    update(known, shown);
    return known;
  }
  // Inherited, received from another process, or duplicated by a call that is not traced.
  return opened(descriptors, number, shown);
}

export function opened(descriptors: Descriptors, number: number, shown: ShownSocket): Socket {
  const fresh = newSocket(shown);
  descriptors.set(number, fresh);
  return fresh;
}
