/** The errors of MySQL 8.0, "Server Error Message Reference". */
import type { SqlError, SqlFault } from '../sql/value.ts';

export interface ServerError {
  code: number;
  /** SQLSTATE */
  state: string;
  text: string;
}

const error = (code: number, state: string, text: string): ServerError => ({ code, state, text });

const syntaxError = (near: string) =>
  error(
    1064,
    '42000',
    'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server ' +
      `version for the right syntax to use near '${near.slice(0, 80)}' at line 1`,
  );

const faults: Record<SqlFault, (subject: string) => ServerError> = {
  syntax: syntaxError,
  'no-table': (name) => error(1146, '42S02', `Table '${name}' doesn't exist`),
  'table-exists': (name) => error(1050, '42S01', `Table '${name}' already exists`),
  'no-column': (name) => error(1054, '42S22', `Unknown column '${name}' in 'field list'`),
  'no-variable': (name) => error(1193, 'HY000', `Unknown system variable '${name}'`),
  'no-function': (name) => error(1305, '42000', `FUNCTION ${name} does not exist`),
  'no-parameter': () => syntaxError('?'),
  'value-count': () => error(1136, '21S01', `Column count doesn't match value count at row 1`),
  'invalid-value': (value) => error(1366, 'HY000', `Incorrect value: '${value}'`),
  'out-of-range': (value) => error(1264, '22003', `Out of range value: '${value}'`),
  'null-value': (name) => error(1048, '23000', `Column '${name}' cannot be null`),
  duplicate: (value) => error(1062, '23000', `Duplicate entry '${value}' for a unique key`),
  // No error ends a transaction of MySQL as a whole.
  aborted: () => error(1105, 'HY000', 'Unknown error'),
};

export const serverError = ({ fault, subject }: SqlError): ServerError => faults[fault](subject);

export const unknownCommand = error(1047, '08S01', 'Unknown command');
export const emptyQuery = error(1065, '42000', 'Query was empty');
/** What servers from 8.0.24 on say before they close a connection that was idle for wait_timeout. */
export const inactive = error(
  4031,
  'HY000',
  'The client was disconnected by the server because of inactivity. See wait_timeout and ' +
    'interactive_timeout for configuring this behavior.',
);

export const unknownStatement = (id: number, command: string): ServerError =>
  error(1243, 'HY000', `Unknown prepared statement handler (${id}) given to ${command}`);
export const wrongArguments = error(
  1210,
  'HY000',
  'Incorrect arguments to mysqld_stmt_execute: a parameter of a type that is not understood',
);
