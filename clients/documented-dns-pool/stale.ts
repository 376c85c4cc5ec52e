/**
 * `isConnectionStale` of document 000: whether an idle connection may be lent. The numbers are those of
 * README.md in this folder.
 */
import type { Clock } from '../clock.ts';
import { publish } from '../events.ts';
import { Deadline } from '../go-deadline.ts';
import { GoError } from '../go-errors.ts';
import { GoTcpConnection } from '../go-tcp-connection.ts';
import type { PooledConnection } from './pooled-connection.ts';

export interface Staleness {
  reason: string;
  found: 'probe' | 'idle timeout';
}

export interface Clocks {
  clock: Clock;
  /** Of the probe's millisecond. */
  probeClock: Clock;
}

/** Weakness 6: whatever the pool's own idle timeout is. */
const idleMs = 5 * 60_000;
const probeMs = 1;

/**
 * What is wrong with the connection; undefined means that it may be lent. The probe is a real read of one
 * byte: a healthy connection keeps it waiting for the whole millisecond (weakness 3), and a byte that is
 * there is taken away and not missed (weakness 2).
 */
export async function findStale(
  { connection, lastUsedMs }: PooledConnection,
  { clock, probeClock }: Clocks,
): Promise<Staleness | undefined> {
  if (clock.nowMs() - lastUsedMs > idleMs) return { reason: 'idle timeout', found: 'idle timeout' };
  if (!(connection instanceof GoTcpConnection)) return undefined;
  const deadline = new Deadline(probeClock, probeMs);
  try {
    // Go may run others between SetReadDeadline and Read. Is the deadline past by then, Read reports a
    // timeout without asking the kernel, and a dead connection looks healthy (weakness 4).
    await Promise.resolve();
    publish({ source: 'client', type: 'probe', tuple: connection.tuple });
    const bytes = await connection.read(1, deadline);
    return bytes.length === 0 ? { reason: 'EOF', found: 'probe' } : undefined;
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    if (isTimeout(error)) return undefined;
    return isDeath(error) ? { reason: error.code, found: 'probe' } : undefined;
  } finally {
    deadline.cancel();
  }
}

/** Weakness 5: net.Error.Timeout() is also true of the kernel's ETIMEDOUT, which ends a connection. */
function isTimeout({ code }: GoError): boolean {
  return code === 'TIMEOUT' || code === 'ETIMEDOUT';
}

/**
 * Weakness 1: not of "connection reset by peer", which the kernel reports once and the probe has just
 * heard: who uses the connection next meets EPIPE or EOF.
 */
function isDeath({ message }: GoError): boolean {
  return message.includes('EOF') || message.includes('broken pipe');
}
