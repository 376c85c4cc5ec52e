/** What a system call does to sockets, and what it says about a connection. */
import type { Address } from '../../../kernel/address.ts';
import {
  type Descriptor,
  parseDescriptor,
  parseMessageName,
  parseSockaddr,
  splitArguments,
} from './arguments.ts';
import type { ReturnedCall } from './line.ts';
import {
  type Association,
  connectTo,
  type Descriptors,
  onlyAssociation,
  opened,
  type Socket,
  setLocal,
  socketAt,
  speakWith,
} from './sockets.ts';

/** A call on a connection, whose ends may not be known yet. */
export interface Told {
  association: Association;
  call: string;
  bytes?: number;
  error?: string;
  /** What it tells was true when it returned, and not yet when it began. */
  isAtReturn: boolean;
}

/** What a call returned: a number, with the errno name when it is -1. */
interface Returned {
  value: number;
  error: string | undefined;
  text: string;
}

type Interpreter = (args: string[], returned: Returned, descriptors: Descriptors) => Told[];

/**
 * Keeps the descriptors of the process up to date, and returns what the call says about connections:
 * nothing, where it is about something else.
 */
export function interpret(returned: ReturnedCall, descriptors: Descriptors): Told[] {
  const interpreter = Object.hasOwn(interpreters, returned.call)
    ? interpreters[returned.call]
    : undefined;
  const result = interpreter && parseResult(returned.result);
  return result ? interpreter(splitArguments(returned.args), result, descriptors) : [];
}

/** Undefined for `?`: the call was cut off by the end of the process, or is made again by the kernel. */
function parseResult(text: string): Returned | undefined {
  const [, digits, error] = /^(-?\d+)(?: (E[A-Z0-9]+))?/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return { value: Number(digits), error, text };
}

/** Bytes in or out. `socketAt` is the argument that names the socket. */
interface Transfer {
  call: string;
  way: 'in' | 'out';
  socketAt?: number;
  /** The other end, where a datagram is sent to it or comes from it. */
  peer?: (args: string[]) => Address | undefined;
  /** Whether there was room for any byte: without it, 0 bytes are no end of file. */
  hasRoom?: (args: string[]) => boolean;
  /** Of calls that return a number of messages. */
  bytes?: (args: string[]) => number;
}

const sum = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].reduce((total, [, digits]) => total + Number(digits), 0);
const isNotZero = (args: string[]) => args[2] !== '0';
const hasIovRoom = (args: string[]) => /iov_len=[1-9]/.test(args[1] ?? '');
const address = (args: string[]) => parseSockaddr(args[4]);
const messageName = (args: string[]) => parseMessageName(args[1]);
const messageLengths = (args: string[]) => sum(args[1] ?? '', /msg_len=(\d+)/g);

const transfers: readonly Transfer[] = [
  { call: 'read', way: 'in', hasRoom: isNotZero },
  { call: 'readv', way: 'in', hasRoom: hasIovRoom },
  { call: 'recv', way: 'in', hasRoom: isNotZero },
  { call: 'recvfrom', way: 'in', peer: address, hasRoom: isNotZero },
  { call: 'recvmsg', way: 'in', peer: messageName, hasRoom: hasIovRoom },
  { call: 'recvmmsg', way: 'in', peer: messageName, bytes: messageLengths },
  { call: 'write', way: 'out' },
  { call: 'writev', way: 'out' },
  { call: 'send', way: 'out' },
  { call: 'sendto', way: 'out', peer: address },
  { call: 'sendmsg', way: 'out', peer: messageName },
  { call: 'sendmmsg', way: 'out', peer: messageName, bytes: messageLengths },
  { call: 'sendfile', way: 'out' },
  { call: 'sendfile64', way: 'out' },
];
/** From a socket, to one, or both. */
const splices: readonly Transfer[] = [
  { call: 'splice', way: 'in', hasRoom: (args) => args[4] !== '0' },
  { call: 'splice', way: 'out', socketAt: 2 },
];

const moving =
  (...kinds: readonly Transfer[]): Interpreter =>
  (args, returned, descriptors) =>
    kinds.flatMap((kind) => transfer(kind, args, returned, descriptors));

function transfer(kind: Transfer, args: string[], returned: Returned, descriptors: Descriptors) {
  const socket = socketAt(descriptors, parseDescriptor(args[kind.socketAt ?? 0]));
  const association = socket && associationOf(socket, kind, args);
  return association ? [transferred(association, kind, args, returned)] : [];
}

function associationOf(socket: Socket, { way, peer }: Transfer, args: string[]) {
  const remote = socket.transport === 'udp' ? peer?.(args) : undefined;
  if (!remote || socket.current) return onlyAssociation(socket);
  // Who speaks first has asked.
  return speakWith(socket, remote, way === 'in' ? 'upstream' : 'client');
}

function transferred(
  association: Association,
  { call, way, hasRoom, bytes }: Transfer,
  args: string[],
  { value, error }: Returned,
): Told {
  const told = { association, call, isAtReturn: way === 'in' || error !== undefined };
  if (error !== undefined) return { ...told, error };
  const isEnd = way === 'in' && value === 0 && association.socket.transport === 'tcp';
  if (isEnd && (hasRoom?.(args) ?? true)) return { ...told, bytes: 0, error: 'EOF' };
  return { ...told, bytes: bytes ? bytes(args) : value };
}

const connect: Interpreter = ([fd, name], { error }, descriptors) => {
  const socket = socketAt(descriptors, parseDescriptor(fd));
  const remote = parseSockaddr(name);
  if (!socket || !remote) return [];
  // The same call again asks how the first one went.
  const known = socket.isConnecting ? socket.current : undefined;
  const association = known ?? connectTo(socket, remote, 'client');
  socket.isConnecting = error === 'EINPROGRESS' || error === 'EALREADY';
  if (error === undefined || (known && error === 'EISCONN'))
    return [{ association, call: 'connect', isAtReturn: known !== undefined }];
  return [{ association, call: 'connect', error, isAtReturn: !socket.isConnecting }];
};

/** `[ECONNREFUSED]` for SO_ERROR, which takes the error away from the socket, socket(7). */
const getsockopt: Interpreter = ([fd, , option, value], { error }, descriptors) => {
  const socket = socketAt(descriptors, parseDescriptor(fd));
  const [, pending] = /^\[(E[A-Z0-9]+)\]$/.exec(value ?? '') ?? [];
  if (option !== 'SO_ERROR' || error !== undefined || !pending) return [];
  const association = socket && onlyAssociation(socket);
  if (!association) return [];
  // How a connect(2) went that did not wait.
  const call = socket.isConnecting ? 'connect' : 'getsockopt';
  socket.isConnecting = false;
  return [{ association, call, error: pending, isAtReturn: true }];
};

const accept: Interpreter = ([fd, name], { text, value }, descriptors) => {
  const listener = socketAt(descriptors, parseDescriptor(fd));
  const result = parseDescriptor(text);
  if (value < 0 || !isIpSocket(result)) return [];
  const { inode, local, remote } = result.shown;
  const from = remote ?? parseSockaddr(name);
  const socket = opened(descriptors, value, {
    transport: 'tcp',
    ...(inode !== undefined && { inode }),
  });
  const own = local ?? listener?.local;
  if (own) setLocal(socket, own);
  if (!from) return [];
  return [{ association: connectTo(socket, from, 'upstream'), call: 'accept', isAtReturn: true }];
};

type IpDescriptor = Descriptor & { shown: Exclude<Descriptor['shown'], 'other' | undefined> };

const isIpSocket = (descriptor: Descriptor | undefined): descriptor is IpDescriptor =>
  descriptor?.shown !== undefined && descriptor.shown !== 'other';

/** The name that was given, or that the kernel chose. */
const nameOf: Interpreter = ([fd, name], { error }, descriptors) => {
  const socket = socketAt(descriptors, parseDescriptor(fd));
  const local = parseSockaddr(name);
  if (socket && local && local.port !== 0 && error === undefined) setLocal(socket, local);
  return [];
};

const duplicate: Interpreter = ([fd], { value, text }, descriptors) => {
  const socket = socketAt(descriptors, parseDescriptor(fd));
  if (value < 0) return [];
  if (socket) descriptors.set(value, socket);
  else socketAt(descriptors, parseDescriptor(text));
  return [];
};

const shutdown: Interpreter = ([fd], returned, descriptors) =>
  plain('shutdown', socketAt(descriptors, parseDescriptor(fd)), returned);

const close: Interpreter = ([fd], returned, descriptors) => {
  const descriptor = parseDescriptor(fd);
  const told = plain('close', socketAt(descriptors, descriptor), returned);
  // close(2) gives the descriptor back even where it fails.
  if (descriptor && returned.error !== 'EBADF') descriptors.delete(descriptor.number);
  return told;
};

/** Of what was said between UDP ports, close ends all. */
function plain(call: string, socket: Socket | undefined, { error }: Returned): Told[] {
  if (!socket) return [];
  const associations = socket.current ? [socket.current] : [...socket.others.values()];
  return associations.map((association) => ({
    association,
    call,
    ...(error !== undefined && { error }),
    isAtReturn: error !== undefined,
  }));
}

const interpreters: Readonly<Record<string, Interpreter>> = {
  ...Object.fromEntries(transfers.map((kind) => [kind.call, moving(kind)])),
  splice: moving(...splices),
  bind: nameOf,
  getsockname: nameOf,
  connect,
  getsockopt,
  accept,
  accept4: accept,
  dup: duplicate,
  dup2: duplicate,
  dup3: duplicate,
  shutdown,
  close,
};
