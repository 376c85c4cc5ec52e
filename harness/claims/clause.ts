/** A statement that scenarios test, and what testing it has shown. */

/**
 * `confirmed`: measured as stated. `refined`: true, and the measured behaviour says more. `refuted`:
 * measured otherwise. `open`: not measured yet, or not enough of it.
 */
export type Finding = 'confirmed' | 'refined' | 'refuted' | 'open';

export interface Clause {
  id: string;
  /** In one line. */
  text: string;
  finding: Finding;
  /** What was measured; of an open one, what is missing. Never empty where it is refined or refuted. */
  note: string;
}

export const confirmed = (id: string, text: string): Clause => ({
  id,
  text,
  finding: 'confirmed',
  note: '',
});

export const open = (id: string, text: string, note = ''): Clause => ({
  id,
  text,
  finding: 'open',
  note,
});

/** @param note What was measured beyond the statement. */
export const refined = (id: string, text: string, note: string): Clause => ({
  id,
  text,
  finding: 'refined',
  note,
});
