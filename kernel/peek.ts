/** Looks at an idle socket without reading from it: the stale probe of a pool. */
import { errnoName, linux, recvCall } from './libc.ts';

const oneByte = Buffer.alloc(1);

/**
 * `nothing`: open and silent. `data`: bytes are waiting, and are left there. `EOF`: the peer sent
 * FIN. Else the errno name. A pending ECONNRESET is consumed by this call (the next one says `EOF`),
 * so its answer is the only one that tells a reset from a close.
 */
export type PeekResult = 'nothing' | 'data' | 'EOF' | (string & {});

/** recv(2) of one byte with MSG_PEEK | MSG_DONTWAIT. Never blocks. */
export function peek(fd: number): PeekResult {
  const received = Number(recvCall(fd, oneByte, 1, linux.MSG_PEEK | linux.MSG_DONTWAIT));
  if (received > 0) return 'data';
  if (received === 0) return 'EOF';
  const error = errnoName();
  return error === 'EAGAIN' ? 'nothing' : error;
}
