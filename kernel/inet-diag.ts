/**
 * The kernel's TCP state of one connection, asked over sock_diag(7).
 *
 * An exact look-up by 4-tuple takes tens of microseconds; reading /proc/net/tcp walks the whole
 * machine's table and takes milliseconds, in a namespace of its own too.
 */
import type { TcpState } from '../harness/event.ts';
import type { Address } from './address.ts';
import { closeCall, errnoName, linux, recvCall, sendCall, socketCall } from './libc.ts';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const ENOENT = -2;

const netlinkHeaderLength = 16;
const requestLength = netlinkHeaderLength + 56;
const idOffset = netlinkHeaderLength + 8;
const stateOffset = netlinkHeaderLength + 1;

/** The kernel's numbers, include/net/tcp_states.h. */
export const tcpStateNames: Partial<Record<number, TcpState>> = {
  1: 'ESTABLISHED',
  2: 'SYN_SENT',
  3: 'SYN_RECV',
  4: 'FIN_WAIT_1',
  5: 'FIN_WAIT_2',
  6: 'TIME_WAIT',
  7: 'CLOSED',
  8: 'CLOSE_WAIT',
  9: 'LAST_ACK',
  10: 'LISTEN',
  11: 'CLOSING',
  12: 'SYN_RECV',
};

export class SocketStates {
  readonly #netlink: number;
  readonly #reply = Buffer.alloc(4096);

  /** Throws an Error when the kernel has no sock_diag. */
  constructor() {
    const type = linux.SOCK_RAW | linux.SOCK_CLOEXEC;
    this.#netlink = socketCall(linux.AF_NETLINK, type, NETLINK_SOCK_DIAG);
    if (this.#netlink === -1) throw new Error(`sock_diag is not available: ${errnoName()}`);
  }

  /** State of the socket bound to `local` and connected to `remote`; CLOSED when there is none. */
  stateOf(local: Address, remote: Address): TcpState {
    const state = this.#lookUp(local, remote);
    // Asked for a connection that is gone, the kernel falls back on the listener of its port.
    return state === 'LISTEN' ? 'CLOSED' : state;
  }

  /** Whether a segment from `remote` would come to a listener: nobody is connected, and somebody listens. */
  isListening(local: Address, remote: Address): boolean {
    return this.#lookUp(local, remote) === 'LISTEN';
  }

  #lookUp(local: Address, remote: Address): TcpState {
    const request = Buffer.alloc(requestLength);
    request.writeUInt32LE(requestLength, 0);
    request.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
    request.writeUInt16LE(NLM_F_REQUEST, 6);
    request.writeUInt8(linux.AF_INET, netlinkHeaderLength);
    request.writeUInt8(linux.IPPROTO_TCP, netlinkHeaderLength + 1);
    request.writeUInt32LE(0xffffffff, netlinkHeaderLength + 4);
    request.writeUInt16BE(local.port, idOffset);
    request.writeUInt16BE(remote.port, idOffset + 2);
    request.set(local.host.split('.').map(Number), idOffset + 4);
    request.set(remote.host.split('.').map(Number), idOffset + 20);
    // The cookie: any.
    request.fill(0xff, requestLength - 8);
    if (Number(sendCall(this.#netlink, request, request.length, 0)) === -1) {
      throw new Error(`sock_diag request failed: ${errnoName()}`);
    }
    if (Number(recvCall(this.#netlink, this.#reply, this.#reply.length, 0)) === -1) {
      throw new Error(`sock_diag reply failed: ${errnoName()}`);
    }
    if (this.#reply.readUInt16LE(4) === NLMSG_ERROR) {
      const error = this.#reply.readInt32LE(netlinkHeaderLength);
      if (error === ENOENT) return 'CLOSED';
      throw new Error(`sock_diag refused the request: error ${-error}`);
    }
    const number = this.#reply.readUInt8(stateOffset);
    const state = tcpStateNames[number];
    if (!state) throw new Error(`sock_diag reported a state that TCP does not have: ${number}`);
    return state;
  }

  close(): void {
    closeCall(this.#netlink);
  }
}
