/**
 * PostgreSQL, as a server 15 speaks protocol 3.0 without TLS: simple and extended queries on a few tables
 * that all conversations share. A request is all that a client says before it waits: up to Sync, or to
 * Flush. Results are sent in text or, when asked for, in binary. Its `farewell` is the error 57P01 of
 * a server that is told to end, its `push` a ParameterStatus.
 *
 * Not spoken: COPY, function calls, LISTEN and NOTIFY; a CancelRequest cancels nothing.
 */
import { PostgresConversation } from './postgres/conversation.ts';
import { postgresDialect } from './postgres/dialect.ts';
import type { Protocol } from './protocol.ts';
import { sqlServer } from './sql/server.ts';

export const postgres: Protocol = {
  name: 'postgres',
  transport: 'tcp',
  powers: ['farewell', 'push'],
  start() {
    const server = sqlServer(postgresDialect);
    return {
      converse(guest) {
        const session = server.open(guest);
        return new PostgresConversation(session, () => server.end(session));
      },
    };
  },
};
