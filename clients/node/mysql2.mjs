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
  let connectionsOpened = 0;
  pool.pool.on('connection', () => {
    connectionsOpened += 1;
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
    stats: () => ({ connectionsOpened }),
    close: () => pool.end(),
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
