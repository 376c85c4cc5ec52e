/** The pool of mysql2. */
import { createPool } from 'mysql2/promise';
import { known, run } from './line-protocol.mjs';
import { doneInWords, errorInWords, rowsInWords, statementOf } from './sql.mjs';

const settingNames = [
  ...['user', 'database', 'connectionLimit', 'maxIdle', 'idleTimeout', 'queueLimit'],
  ...['waitForConnections', 'enableKeepAlive', 'connectTimeout'],
];

/** Server errors that are about the connection: shut down, killed, idle too long. */
const aboutConnections = [1053, 1927, 4031];

function open({ host, port }, settings) {
  const pool = createPool({
    host,
    port,
    user: 'root',
    ...known(settings, settingNames),
    rowsAsArray: true,
    // The server's own words.
    typeCast: (field) => field.string(),
  });
  const connections = new Set();
  let opened = 0;
  pool.pool.on('connection', (connection) => {
    opened += 1;
    connections.add(connection);
    connection.once('end', () => connections.delete(connection));
  });
  return {
    async request(operation) {
      try {
        const timeout = operation.withinMs;
        const query = { sql: statementOf(operation), ...(timeout ? { timeout } : {}) };
        const [result] = await pool.query(query);
        return Array.isArray(result) ? rowsInWords(result) : doneInWords(result.affectedRows);
      } catch (error) {
        const isAnswer = error.sqlMessage !== undefined && !error.fatal;
        if (!isAnswer || aboutConnections.includes(error.errno)) throw error;
        return errorInWords(error.errno, error.sqlMessage);
      }
    },
    stats: () => ({ connectionsOpened: opened, connections: connections.size }),
    async close() {
      // end() alone would wait for the answers to what is under way.
      for (const connection of connections) connection.destroy();
      await pool.end();
    },
  };
}

run(
  {
    name: 'node-mysql2',
    description: 'the pool of mysql2 3.24.6',
    protocols: ['mysql'],
    operations: ['statement'],
    isPool: true,
  },
  open,
);
