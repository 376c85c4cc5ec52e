/** What a system call says about its connection. Pure. */
import type { SyscallEvent } from '../event.ts';

const reading = /^(read|pread|readv|preadv|recv)/;
const writing = /^(write|pwrite|writev|pwritev|send)/;

/** What non-blocking and interrupted calls return when they are to be made again: no error. */
const notYet: ReadonlySet<string> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINPROGRESS', 'EALREADY']);
const isRestart = (error: string) => error === 'EINTR' || error.startsWith('ERESTART');

/** Whether a call moved nothing and only has to be made again. */
export function isNotYet(error: string | undefined): boolean {
  return error !== undefined && (notYet.has(error) || isRestart(error));
}

export type Purpose = 'read' | 'write' | 'connect' | 'close' | 'other';

export function purposeOf({ call }: SyscallEvent): Purpose {
  if (call === 'connect' || call === 'close') return call;
  if (reading.test(call)) return 'read';
  return writing.test(call) ? 'write' : 'other';
}

/**
 * What went wrong: an errno name or `EOF`. Undefined when nothing did, and for calls that move no bytes
 * and make no connection: what a close or shutdown(2) returns on a dead connection concerns nobody.
 */
export function failureOf(event: SyscallEvent): string | undefined {
  const { error } = event;
  if (error === undefined || isNotYet(error)) return undefined;
  const purpose = purposeOf(event);
  return purpose === 'close' || purpose === 'other' ? undefined : error;
}
