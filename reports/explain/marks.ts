/** Which packets prove what, to be marked where they are shown. */
import type { ExplainedConnection } from '../../explain/result.ts';
import { printable } from '../text/printable.ts';

/** By the number of the frame: `idle-close-race: FIN of the upstream`. */
export function marksOf({ findings }: ExplainedConnection): ReadonlyMap<number, string[]> {
  const marks = new Map<number, string[]>();
  for (const { name, proof } of findings) {
    for (const { frame, what } of proof) {
      const before = marks.get(frame) ?? [];
      marks.set(frame, [...before, `${name}: ${printable(what)}`]);
    }
  }
  return marks;
}
