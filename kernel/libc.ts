/**
 * The C library's socket calls, made directly so that each one's errno is known.
 *
 * Every function here is one system call. What fails gives -1; `errnoName()` asked at once says why.
 */
import { constants } from 'node:os';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');

export const socketCall = libc.func('int socket(int domain, int type, int protocol)');
export const bindCall = libc.func('int bind(int fd, void *address, unsigned int length)');
export const listenCall = libc.func('int listen(int fd, int backlog)');
export const acceptCall = libc.func('int accept4(int fd, void *address, void *length, int flags)');
export const connectCall = libc.func('int connect(int fd, void *address, unsigned int length)');
export const sendCall = libc.func('long send(int fd, void *bytes, size_t length, int flags)');
export const recvCall = libc.func('long recv(int fd, void *bytes, size_t length, int flags)');
export const sendToCall = libc.func(
  'long sendto(int fd, void *bytes, size_t length, int flags, void *address, unsigned int addressLength)',
);
export const recvFromCall = libc.func(
  'long recvfrom(int fd, void *bytes, size_t length, int flags, void *address, void *addressLength)',
);
export const shutdownCall = libc.func('int shutdown(int fd, int how)');
export const closeCall = libc.func('int close(int fd)');
export const setsockoptCall = libc.func(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int length)',
);
export const getsockoptCall = libc.func(
  'int getsockopt(int fd, int level, int name, void *value, void *length)',
);
export const getsocknameCall = libc.func('int getsockname(int fd, void *address, void *length)');
export const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
export const clockGettime = libc.func('int clock_gettime(int clock, void *timespec)');
export const epollCreateCall = libc.func('int epoll_create1(int flags)');
export const epollCtlCall = libc.func('int epoll_ctl(int epoll, int op, int fd, void *event)');
export const epollWaitCall = libc.func(
  'int epoll_wait(int epoll, void *events, int count, int timeoutMs)',
);
export const pollCall = libc.func('int poll(void *fds, unsigned long count, int timeoutMs)');
export const mmapCall = libc.func(
  'void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)',
);
export const munmapCall = libc.func('int munmap(void *address, size_t length)');
export const ifNameToIndexCall = libc.func('unsigned int if_nametoindex(const char *name)');

/** Where the bytes of a buffer are, for a structure that points to it. Valid while the buffer is held. */
export const addressOf = (bytes: Buffer): bigint => koffi.address(bytes);

/** Memory of the kernel's, without a copy. To touch it after it was unmapped ends the process. */
export const viewOf = (address: bigint, lengthBytes: number): ArrayBuffer =>
  koffi.view(address, lengthBytes);

/**
 * Node's own event loop, through the libuv functions that a Node executable exports for its addons.
 * Undefined where they are hidden.
 */
export const libuv = findLibuv();

function findLibuv() {
  try {
    const node = koffi.load(null);
    const onReady = koffi.proto('void onReady(void *handle, int status, int events)');
    return {
      handleSize: node.func('size_t uv_handle_size(int type)'),
      defaultLoop: node.func('void *uv_default_loop()'),
      pollInit: node.func('int uv_poll_init(void *loop, void *handle, int fd)'),
      pollStart: node.func('int uv_poll_start(void *handle, int events, onReady *callback)'),
      ref: node.func('void uv_ref(void *handle)'),
      unref: node.func('void uv_unref(void *handle)'),
      /** Memory that is never moved and never freed. */
      allocate: (bytes: number): unknown => koffi.alloc('char', bytes),
      /** A function pointer that is valid for good. The callback may not throw. */
      pointerTo: (callback: () => void): unknown =>
        koffi.register(callback, koffi.pointer(onReady)),
    };
  } catch {
    return undefined;
  }
}

const namesByErrno = new Map<number, string>();
for (const [name, value] of Object.entries(constants.errno)) {
  // EWOULDBLOCK and EAGAIN share a number on Linux; the man pages' first name is kept.
  if (name !== 'EWOULDBLOCK' && name !== 'EOPNOTSUPP') namesByErrno.set(value, name);
}

/** The name of the calling thread's errno, for example `EPIPE`. To be asked right after a failed call. */
export function errnoName(): string {
  return nameOfErrno(koffi.errno());
}

/** The name of an errno number, or `errno 999` for one that has none. */
export function nameOfErrno(errno: number): string {
  return namesByErrno.get(errno) ?? `errno ${errno}`;
}

/** Numbers from the Linux headers; the same on every architecture that pipewrench runs on. */
export const linux = {
  AF_INET: 2,
  AF_NETLINK: 16,
  AF_PACKET: 17,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  IPPROTO_TCP: 6,
  SOL_SOCKET: 1,
  SOL_PACKET: 263,
  SO_ERROR: 4,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_LINGER: 13,
  SO_ATTACH_FILTER: 26,
  SO_RCVBUFFORCE: 33,
  PACKET_RX_RING: 5,
  PACKET_STATISTICS: 6,
  PACKET_VERSION: 10,
  TPACKET_V3: 2,
  ETH_P_ALL: 3,
  PROT_READ: 1,
  PROT_WRITE: 2,
  MAP_SHARED: 1,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_INFO: 11,
  TCP_QUICKACK: 12,
  SHUT_WR: 1,
  MSG_PEEK: 0x2,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  FIONREAD: 0x541b,
  SIOCOUTQ: 0x5411,
  SIOCGIFFLAGS: 0x8913,
  SIOCSIFFLAGS: 0x8914,
  IFF_UP: 0x1,
} as const;
