/** What MySQL 8.0 knows and how it writes it. */
import { type Dialect, type Process, view } from '../sql/dialect.ts';
import { payloadBytesMax } from './packet.ts';

export const serverVersion = '8.0.36-pipewrench';

const processList = (processes: readonly Process[]) =>
  view(
    [
      ['Id', 'bigint'],
      ['User', 'text'],
      ['Host', 'text'],
      ['db', 'text'],
      ['Command', 'text'],
      ['Time', 'int'],
      ['State', 'text'],
      ['Info', 'text'],
    ],
    processes.map(({ id, user, host, database, info, forMs }) => [
      BigInt(id),
      user,
      host,
      database,
      info === null ? 'Sleep' : 'Query',
      BigInt(Math.floor(forMs / 1000)),
      info === null ? '' : 'executing',
      info,
    ]),
  );

export const mysqlDialect: Dialect = {
  lexis: {
    stringQuotes: `'"`,
    nameQuote: '`',
    hasBackslashEscapes: true,
    parameter: /\?/y,
    // What stands in a versioned comment is executed.
    blank: /\s+|--(?=\s|$)[^\n]*|#[^\n]*|\/\*!\d*|\*\/|\/\*[\s\S]*?\*\//y,
    foldsNames: false,
  },
  variables: {
    auto_increment_increment: 1n,
    autocommit: ({ hasAutocommit }) => (hasAutocommit ? 1n : 0n),
    character_set_client: 'utf8mb4',
    character_set_connection: 'utf8mb4',
    character_set_database: 'utf8mb4',
    character_set_results: 'utf8mb4',
    character_set_server: 'utf8mb4',
    collation_connection: 'utf8mb4_general_ci',
    collation_database: 'utf8mb4_general_ci',
    collation_server: 'utf8mb4_general_ci',
    init_connect: '',
    interactive_timeout: 28_800n,
    license: 'MIT',
    lower_case_table_names: 0n,
    max_allowed_packet: BigInt(payloadBytesMax),
    net_read_timeout: 30n,
    net_write_timeout: 60n,
    performance_schema: 0n,
    sql_mode: 'STRICT_TRANS_TABLES',
    system_time_zone: 'UTC',
    time_zone: 'SYSTEM',
    transaction_isolation: 'READ-COMMITTED',
    transaction_read_only: 0n,
    tx_isolation: 'READ-COMMITTED',
    version: serverVersion,
    version_comment: 'pipewrench',
    wait_timeout: 28_800n,
  },
  functions: {
    connection_id: ({ process }) => BigInt(process.id),
    current_user: ({ process }) => `${process.user}@%`,
    database: ({ process }) => process.database,
    last_insert_id: ({ lastInsertId }) => lastInsertId,
    schema: ({ process }) => process.database,
    session_user: ({ process }) => `${process.user}@${process.host}`,
    user: ({ process }) => `${process.user}@${process.host}`,
    version: () => serverVersion,
  },
  processList,
  views: { processlist: processList },
  columnName: (_expression, text) => text,
  hasMysqlStatements: true,
  definitionsCommit: true,
};
