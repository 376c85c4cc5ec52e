/** What the server knows of one client. */
import type { Reply, RespVersion } from './reply.ts';
import type { Store } from './store.ts';

export interface Session {
  readonly store: Store;
  /** As CLIENT ID tells it. */
  readonly id: number;
  version: RespVersion;
  database: number;
  name: Buffer;
  /** Commands between MULTI and EXEC; undefined outside of a transaction. */
  queued: (() => readonly Reply[])[] | undefined;
  /** A command between MULTI and EXEC was refused, so EXEC will be. */
  isSpoilt: boolean;
  /** Names of channels, in latin1. */
  readonly subscriptions: Set<string>;
  hasQuit: boolean;
}

export function openSession(store: Store, id: number): Session {
  return {
    store,
    id,
    version: 2,
    database: 0,
    name: Buffer.alloc(0),
    queued: undefined,
    isSpoilt: false,
    subscriptions: new Set(),
    hasQuit: false,
  };
}
