/** Results of SQL in the words of docs/client-protocol.md. */
import { unsupported } from './line-protocol.mjs';

/** The text of a statement. */
export function statementOf({ kind, sql }) {
  if (kind !== 'statement') throw unsupported(kind);
  return sql;
}

/** @param rows Lists of texts, or null. */
export function rowsInWords(rows) {
  if (rows.length === 0) return 'no rows';
  return rows.map((row) => row.map((value) => value ?? 'NULL').join(', ')).join('; ');
}

export const doneInWords = (affected) => `OK ${affected}`;
export const errorInWords = (code, text) => `ERROR ${code}: ${text}`;
