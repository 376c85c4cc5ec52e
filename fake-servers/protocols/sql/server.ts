/** The store of one upstream and the conversations that share it. */
import type { Guest } from '../protocol.ts';
import type { Dialect } from './dialect.ts';
import { Session } from './session.ts';
import { Store } from './store.ts';

export interface SqlServer {
  /** The session's id is the ordinal of the connection. */
  open(guest: Guest): Session;
  /** Undoes what the session has open and takes it off the list. Idempotent. */
  end(session: Session): void;
}

export function sqlServer(dialect: Dialect): SqlServer {
  const store = new Store();
  const sessions = new Set<Session>();
  const shared = { store, dialect, processes: () => [...sessions].map(({ process }) => process) };
  return {
    open({ ordinal, tuple }) {
      const [host = tuple] = tuple.split('->');
      const session = new Session(ordinal, host, shared);
      sessions.add(session);
      return session;
    },
    end(session) {
      session.reset();
      sessions.delete(session);
    },
  };
}
