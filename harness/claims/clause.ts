/** A statement that scenarios test, and what testing it has shown. */

/**
 * `confirmed`: measured as stated. `refined`: true, and the measured behaviour says more. `refuted`:
 * measured otherwise.
 */
export type Finding = 'confirmed' | 'refined' | 'refuted';

export interface Clause {
  id: string;
  /** In one line. */
  text: string;
  finding: Finding;
  /** What was measured. Never empty where it is refined or refuted. */
  note: string;
}

export const confirmed = (id: string, text: string): Clause => ({
  id,
  text,
  finding: 'confirmed',
  note: '',
});

/** @param note What was measured beyond the statement. */
export const refined = (id: string, text: string, note: string): Clause => ({
  id,
  text,
  finding: 'refined',
  note,
});
