/** Words as a POSIX shell reads them back. */

/** Quoted only where it has to be. */
export function shellWord(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
