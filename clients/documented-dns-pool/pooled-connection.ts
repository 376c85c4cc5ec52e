/** A connection of the pool, and when it was last of use. */
import type { GoConnection } from '../go-connection.ts';

export interface PooledConnection {
  connection: GoConnection;
  /** By the pool's clock. Milliseconds. */
  lastUsedMs: number;
}
