/** The errors of PostgreSQL, appendix A "PostgreSQL Error Codes". */
import { SqlError, type SqlFault } from '../sql/value.ts';

export interface ServerError {
  severity: 'ERROR' | 'FATAL';
  /** SQLSTATE */
  code: string;
  text: string;
}

const error = (code: string, text: string): ServerError => ({ severity: 'ERROR', code, text });

const faults: Record<SqlFault, (subject: string) => ServerError> = {
  syntax: (near) =>
    error(
      '42601',
      near === ''
        ? 'syntax error at end of input'
        : `syntax error at or near "${/^\w+|^./s.exec(near)?.[0] ?? near}"`,
    ),
  'no-table': (name) => error('42P01', `relation "${name}" does not exist`),
  'table-exists': (name) => error('42P07', `relation "${name}" already exists`),
  'no-column': (name) => error('42703', `column "${name}" does not exist`),
  'no-variable': (name) => error('42704', `unrecognized configuration parameter "${name}"`),
  'no-function': (name) => error('42883', `function ${name}() does not exist`),
  'no-parameter': (number) => error('42P02', `there is no parameter $${number}`),
  'value-count': () => error('42601', 'INSERT has not as many expressions as target columns'),
  'invalid-value': (value) => error('22P02', `invalid input syntax for a number: "${value}"`),
  'out-of-range': (value) => error('22003', `value "${value}" is out of range for its type`),
  'null-value': (name) =>
    error('23502', `null value in column "${name}" violates not-null constraint`),
  duplicate: (value) => error('23505', `duplicate key value "${value}" violates unique constraint`),
  aborted: () =>
    error(
      '25P02',
      'current transaction is aborted, commands ignored until end of transaction block',
    ),
};

/** What a server refuses that is not the statement's fault. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly serverError: ServerError;

  constructor(code: string, text: string) {
    super(text);
    this.serverError = error(code, text);
  }
}

/** Rethrows what is neither a SqlError nor a RefusedError. */
export function serverErrorOf(thrown: unknown): ServerError {
  if (thrown instanceof SqlError) return faults[thrown.fault](thrown.subject);
  if (thrown instanceof RefusedError) return thrown.serverError;
  throw thrown;
}

/** What a server says to those who are connected when it is told to end. */
export const adminShutdown: ServerError = {
  severity: 'FATAL',
  code: '57P01',
  text: 'terminating connection due to administrator command',
};
