/** The TCP sockets that the kernel holds to some upstreams, dumped over sock_diag(7). */
import { tcpStateNames } from '../../kernel/inet-diag.ts';
import { closeCall, errnoName, linux, recvCall, sendCall, socketCall } from '../../kernel/libc.ts';

const AF_NETLINK = 16;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

const headerBytes = 16;
const requestBytes = headerBytes + 56;
const statesOffset = headerBytes + 4;
/** In struct inet_diag_msg, include/uapi/linux/inet_diag.h. */
const stateOffset = 1;
const remotePortOffset = 6;
const inodeOffset = 68;
/** include/net/tcp_states.h. A bit for each state. */
const timeWaitBit = 1 << 6;
const allBits = 0xffff;

export interface SocketCounts {
  /** A descriptor holds it, whatever its state. */
  held: number;
  /**
   * No descriptor holds it any more, and the kernel still has to end the connection: FIN_WAIT_1,
   * FIN_WAIT_2, CLOSING, LAST_ACK.
   */
  orphaned: number;
  /** Only the memory of a connection. */
  timeWait: number;
}

export class SocketTable {
  readonly #netlink: number;
  readonly #reply = Buffer.alloc(65_536);

  /** Throws an Error when the kernel has no sock_diag. */
  constructor() {
    const type = linux.SOCK_RAW | linux.SOCK_CLOEXEC;
    this.#netlink = socketCall(AF_NETLINK, type, NETLINK_SOCK_DIAG);
    if (this.#netlink === -1) throw new Error(`sock_diag is not available: ${errnoName()}`);
  }

  /**
   * The clients' sockets: those whose other end has one of these ports. Without those in TIME_WAIT, of
   * which there may be thousands, unless they are asked for.
   */
  countTo(ports: ReadonlySet<number>, { withTimeWait = false } = {}): SocketCounts {
    const request = dumpRequest(withTimeWait ? allBits : allBits & ~timeWaitBit);
    if (Number(sendCall(this.#netlink, request, request.length, 0)) === -1) {
      throw new Error(`sock_diag request failed: ${errnoName()}`);
    }
    const counts = { held: 0, orphaned: 0, timeWait: 0 };
    for (;;) {
      const length = Number(recvCall(this.#netlink, this.#reply, this.#reply.length, 0));
      if (length === -1) throw new Error(`sock_diag reply failed: ${errnoName()}`);
      if (countReply(this.#reply.subarray(0, length), ports, counts)) return counts;
    }
  }

  close(): void {
    closeCall(this.#netlink);
  }
}

function dumpRequest(states: number): Buffer {
  const request = Buffer.alloc(requestBytes);
  request.writeUInt32LE(requestBytes, 0);
  request.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  request.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6);
  request.writeUInt8(linux.AF_INET, headerBytes);
  request.writeUInt8(linux.IPPROTO_TCP, headerBytes + 1);
  request.writeUInt32LE(states, statesOffset);
  return request;
}

/**
 * Adds what is in one datagram of a dump; true when it is the last. Throws an Error for what the kernel
 * refuses.
 */
export function countReply(
  reply: Buffer,
  ports: ReadonlySet<number>,
  counts: SocketCounts,
): boolean {
  for (let at = 0; at + headerBytes <= reply.length; ) {
    const length = reply.readUInt32LE(at);
    const type = reply.readUInt16LE(at + 4);
    if (type === NLMSG_DONE) return true;
    const body = reply.subarray(at + headerBytes, at + length);
    if (type === NLMSG_ERROR) {
      throw new Error(`sock_diag refused the request: error ${-body.readInt32LE(0)}`);
    }
    if (ports.has(body.readUInt16BE(remotePortOffset))) counts[kindOf(body)] += 1;
    // Netlink messages begin at multiples of four, netlink(7).
    at += (length + 3) & ~3;
  }
  return false;
}

/** A socket that a descriptor holds has an inode. */
function kindOf(body: Buffer): keyof SocketCounts {
  if (tcpStateNames[body.readUInt8(stateOffset)] === 'TIME_WAIT') return 'timeWait';
  return body.readUInt32LE(inodeOffset) === 0 ? 'orphaned' : 'held';
}
