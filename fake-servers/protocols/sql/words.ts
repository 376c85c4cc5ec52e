/**
 * A result in words, as a client can say it too: the values of a row joined by `, `, the rows by `; `,
 * NULL as `NULL`; `no rows`; `OK n` with the number of affected rows; `ERROR code: text`. The results of
 * several statements are joined by ` | `.
 */
import type { Row } from './value.ts';

export const rowsInWords = (rows: readonly Row[]): string =>
  rows.length === 0
    ? 'no rows'
    : rows.map((row) => row.map((value) => value ?? 'NULL').join(', ')).join('; ');

export const doneInWords = (affected: number): string => `OK ${affected}`;

export const errorInWords = (code: string | number, text: string): string =>
  `ERROR ${code}: ${text}`;

export const joinedWords = (results: readonly string[]): string => results.join(' | ');
