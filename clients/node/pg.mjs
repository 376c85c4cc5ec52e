/** The pool of pg. */
import pg from 'pg';
import { known, log, run } from './line-protocol.mjs';
import { doneInWords, errorInWords, rowsInWords, statementOf } from './sql.mjs';

const settingNames = [
  ...['user', 'database', 'max', 'min', 'idleTimeoutMillis', 'connectionTimeoutMillis'],
  ...['maxLifetimeSeconds', 'maxUses', 'keepAlive', 'query_timeout'],
];
/** The server's own words. */
const types = { getTypeParser: () => String };

function open({ host, port }, settings) {
  const names = { user: 'postgres', database: 'postgres' };
  const pool = new pg.Pool({ host, port, ...names, ...known(settings, settingNames), types });
  // Of connections that are idle. Without a listener the process would end.
  pool.on('error', (error) => log('ERROR', error.message));
  return {
    async request(operation) {
      const limit = operation.withinMs ? { query_timeout: operation.withinMs } : {};
      try {
        const result = await pool.query({
          text: statementOf(operation),
          rowMode: 'array',
          ...limit,
        });
        if (result.fields.length > 0) return rowsInWords(result.rows);
        return doneInWords(result.rowCount ?? 0);
      } catch (error) {
        if (error.severity !== 'ERROR') throw error;
        return errorInWords(error.code, error.message);
      }
    },
    stats: () => ({
      totalCount: pool.totalCount,
      idleCount: pool.idleCount,
      waitingCount: pool.waitingCount,
    }),
    close: () => pool.end(),
  };
}

run(
  {
    name: 'node-pg',
    description: 'the pool of pg 8.23.1',
    protocols: ['postgres'],
    operations: ['statement'],
    isPool: true,
    publishes: ['log'],
  },
  open,
);
