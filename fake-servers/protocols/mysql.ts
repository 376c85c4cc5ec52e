/**
 * MySQL, as a server 8.0 speaks it without TLS: text and prepared statements on a few tables that all
 * conversations share. Its `farewell` is the error 4031 that such a server sends before it closes an
 * idle connection; its wrong id is a wrong sequence number.
 *
 * Not spoken: compression, cursors, LOAD DATA, COM_CHANGE_USER, packets beyond 1 MiB.
 */
import { MysqlConversation } from './mysql/conversation.ts';
import { mysqlDialect } from './mysql/dialect.ts';
import type { Protocol } from './protocol.ts';
import { sqlServer } from './sql/server.ts';

export const mysql: Protocol = {
  name: 'mysql',
  transport: 'tcp',
  powers: ['wrong-id', 'farewell'],
  start() {
    const server = sqlServer(mysqlDialect);
    return {
      converse(guest) {
        const session = server.open(guest);
        return new MysqlConversation(session, () => server.end(session));
      },
    };
  },
};
