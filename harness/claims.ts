/** Every clause and fault case there is, in the order in which they are listed. */
import type { Clause } from './claims/clause.ts';
import { faultCases } from './claims/faults.ts';
import { standards } from './claims/standards.ts';
import { statements } from './claims/statements.ts';
import { weaknesses } from './claims/weaknesses.ts';

export const clauses: readonly Clause[] = [
  ...statements,
  ...weaknesses,
  ...standards,
  ...faultCases,
];
