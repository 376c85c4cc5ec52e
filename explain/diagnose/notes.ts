/** What messages tell. */

import type { DiagnosisName, Finding } from '../diagnosis.ts';
import type { Note } from '../dialogue/dialogue.ts';
import { plural, proof } from './words.ts';

/** Of a connection or of datagrams. A farewell is told with the close that follows. */
export function noteFindings({ notes }: { notes: readonly Note[] }): Finding[] {
  if (notes.length === 0) return [];
  const kinds = [...new Set(notes.map(({ kind }) => kind))];
  return kinds.flatMap((kind): Finding[] => {
    if (kind === 'farewell') return [];
    const of = notes.filter((note) => note.kind === kind);
    const [first] = of as [Note];
    const more = of.length > 1 ? ` (${plural(of.length, 'time')} in all)` : '';
    const name: DiagnosisName = kind;
    return [
      {
        name,
        story: `${first.text}${more}`,
        proof: of.slice(0, 5).map((note) => proof(note, note.text)),
      },
    ];
  });
}
