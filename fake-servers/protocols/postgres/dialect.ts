/** What PostgreSQL 15 knows and how it writes it. */
import { type Dialect, type Process, view } from '../sql/dialect.ts';
import type { ColumnType } from '../sql/value.ts';

const serverVersion = '15.6';

const stateOf = ({ info, isInTransaction }: Process) => {
  if (info !== null) return 'active';
  return isInTransaction ? 'idle in transaction' : 'idle';
};

const activity = (processes: readonly Process[]) =>
  view(
    [
      ['datname', 'text'],
      ['pid', 'int'],
      ['usename', 'text'],
      ['client_addr', 'text'],
      ['client_port', 'int'],
      ['state', 'text'],
      ['query', 'text'],
    ],
    processes.map((process) => {
      const { id, user, host, database, info } = process;
      const [address = host, port = '0'] = host.split(/:(?=\d+$)/);
      return [database, BigInt(id), user, address, BigInt(port), stateOf(process), info ?? ''];
    }),
  );

const castNames: Record<ColumnType, string> = {
  int: 'int4',
  bigint: 'int8',
  double: 'float8',
  text: 'text',
};

/** What the server reports of itself when a conversation begins, "Asynchronous Operations". */
export const reported = {
  server_version: serverVersion,
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  integer_datetimes: 'on',
  standard_conforming_strings: 'on',
  TimeZone: 'UTC',
} as const;

const reportedByLowerName = Object.fromEntries(
  Object.entries(reported).map(([name, value]) => [name.toLowerCase(), value]),
);

export const postgresDialect: Dialect = {
  lexis: {
    stringQuotes: "'",
    nameQuote: '"',
    hasBackslashEscapes: false,
    parameter: /\$(\d+)/y,
    blank: /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y,
    foldsNames: true,
  },
  variables: {
    ...reportedByLowerName,
    application_name: '',
    idle_in_transaction_session_timeout: '0',
    idle_session_timeout: '0',
    lock_timeout: '0',
    search_path: '"$user", public',
    statement_timeout: '0',
    transaction_isolation: 'read committed',
    transaction_read_only: 'off',
  },
  functions: {
    current_database: ({ process }) => process.database,
    current_schema: () => 'public',
    current_user: ({ process }) => process.user,
    lastval: ({ lastInsertId }) => lastInsertId,
    pg_backend_pid: ({ process }) => BigInt(process.id),
    session_user: ({ process }) => process.user,
    version: () => `PostgreSQL ${serverVersion} (pipewrench)`,
  },
  processList: undefined,
  views: { pg_stat_activity: activity },
  columnName(expression) {
    if (expression.kind === 'column' || expression.kind === 'call') return expression.name;
    if (expression.kind === 'count') return 'count';
    return expression.kind === 'cast' ? castNames[expression.type] : '?column?';
  },
  hasMysqlStatements: false,
  definitionsCommit: false,
};
