/** One direction of a proxied connection: moves what can be moved without waiting. */
import { readiness } from '../../kernel/reactor.ts';
import { SystemCallError } from '../../kernel/socket.ts';
import type { TcpSocket } from '../../kernel/tcp-socket.ts';

/** What a forwarding needs of a socket; `TcpSocket` has it. */
export type ByteEnd = Pick<
  TcpSocket,
  'recvInto' | 'sendNow' | 'halfClose' | 'reset' | 'watch' | 'isClosed'
>;

/** One of the two sockets, and what is known of it without asking the kernel. */
export interface Side {
  readonly end: ByteEnd;
  /** Until a call finds otherwise. */
  mayRead: boolean;
  mayWrite: boolean;
  /** A read that brings less than was asked for does not mean that the kernel has no more. */
  hasMoreThanBytes: boolean;
  hasSentFin: boolean;
  /** A RST came, or the connection failed in another way. */
  isDead: boolean;
}

export interface Direction {
  readonly from: Side;
  readonly to: Side;
  /** Handed to the receiver's kernel so far. */
  bytesForwarded: number;
  /** Read and not yet taken by the receiver's kernel. */
  pending: Buffer;
  /** Nothing more can be read. */
  hasEnded: boolean;
}

/**
 * Changes bytes in place before they are forwarded. `offsetBytes` is how many bytes of this direction
 * came before them. The buffer is used again when the function has returned.
 */
export type Transform = (bytes: Buffer, offsetBytes: number) => void;

/** The most that is held of one direction, and the most that is read at once. */
const bufferBytes = 65_536;

/** So that one busy connection does not keep all others waiting. */
const readsPerTurn = 16;

// One for the process: nothing stays in it between two turns of the event loop.
const scratch = Buffer.allocUnsafeSlow(bufferBytes);
const nothing = Buffer.alloc(0);

export function sideOf(end: ByteEnd): Side {
  return {
    end,
    mayRead: true,
    mayWrite: true,
    hasMoreThanBytes: false,
    hasSentFin: false,
    isDead: false,
  };
}

export function directionOf(from: Side, to: Side): Direction {
  return { from, to, bytesForwarded: 0, pending: nothing, hasEnded: false };
}

/** Takes over what epoll reported. */
export function observe(side: Side, events: number): void {
  if (events & readiness.readable) side.mayRead = true;
  if (events & readiness.writable) side.mayWrite = true;
  if (events & readiness.notOnlyBytes) side.hasMoreThanBytes = true;
  // A connection that ends in order is hung up when FIN went both ways, and not before.
  if (events & readiness.error || (events & readiness.hungUp && !side.hasSentFin)) {
    side.isDead = true;
  }
}

/**
 * Forwards until a side would have to wait, `bytesForwarded` is `bytesMax`, or the sender's FIN has been
 * passed on. Answers whether it stopped before that, to let others have their turn.
 */
export function pump(direction: Direction, bytesMax: number, transform?: Transform): boolean {
  for (let reads = 0; reads < readsPerTurn; reads++) {
    if (!flush(direction, bytesMax) || !read(direction, bytesMax, transform)) {
      passEnd(direction);
      return false;
    }
  }
  return true;
}

/** Sends what was held back. Answers whether nothing is left of it. */
function flush(direction: Direction, bytesMax: number): boolean {
  const { pending } = direction;
  if (pending.length === 0) return true;
  const allowed = Math.min(pending.length, bytesMax - direction.bytesForwarded);
  if (allowed <= 0) return false;
  const sent = send(direction, pending, allowed);
  direction.pending = pending.subarray(sent);
  return sent === pending.length;
}

/** One read, and one write of what it brought. Answers whether there may be more to read. */
function read(direction: Direction, bytesMax: number, transform?: Transform): boolean {
  const { from, bytesForwarded, hasEnded } = direction;
  const wanted = Math.min(bufferBytes, bytesMax - bytesForwarded);
  if (wanted <= 0 || hasEnded || !from.mayRead) return false;
  const received = receive(direction, wanted);
  if (received === 0) return false;
  transform?.(scratch.subarray(0, received), bytesForwarded);
  const sent = send(direction, scratch, received);
  if (sent < received) direction.pending = Buffer.from(scratch.subarray(sent, received));
  return from.mayRead;
}

/** One recv(2) into `scratch`. Answers how many bytes it brought. */
function receive(direction: Direction, wanted: number): number {
  const { from } = direction;
  try {
    const received = from.end.recvInto(scratch, wanted);
    from.mayRead = received === wanted || (received !== undefined && from.hasMoreThanBytes);
    if (received === 0) direction.hasEnded = true;
    return received ?? 0;
  } catch (error) {
    die(from, error);
    direction.hasEnded = true;
    return 0;
  }
}

/** One send(2). Answers how many bytes the kernel took. */
function send(direction: Direction, bytes: Buffer, length: number): number {
  const { to } = direction;
  if (!to.mayWrite) return 0;
  try {
    const sent = to.end.sendNow(bytes, length) ?? 0;
    to.mayWrite = sent === length;
    direction.bytesForwarded += sent;
    return sent;
  } catch (error) {
    die(to, error);
    return 0;
  }
}

/** Passes the sender's FIN on, once all that came before it was. */
function passEnd({ from, to, pending, hasEnded }: Direction): void {
  if (!hasEnded || pending.length > 0 || to.hasSentFin || from.isDead) return;
  try {
    to.end.halfClose();
    to.hasSentFin = true;
  } catch (error) {
    die(to, error);
  }
}

function die(side: Side, error: unknown): void {
  if (!(error instanceof SystemCallError)) throw error;
  side.isDead = true;
  side.mayWrite = false;
  // What came before the error can still be read.
  side.mayRead = true;
  side.hasMoreThanBytes = true;
}
