/** A protocol that is not known: who has spoken last is all that can be told. */
import type { Dialogue, Listener, Request } from './dialogue.ts';

/** As many as tell requests apart. */
const keyBytes = 60;

export function unknownDialogue(listener: Listener): Dialogue {
  let owed: readonly Request[] = [];
  return {
    protocol: 'unknown',
    take(from, bytes, start, end, { frame, atUs }) {
      if (from === 'client') {
        if (owed.length > 0) return;
        const said = bytes.toString('latin1', start, Math.min(end, start + keyBytes));
        const request = { key: said && `bytes ${JSON.stringify(said)}`, frame, atUs };
        owed = [request];
        listener.asked(request);
      } else if (owed.length > 0) {
        owed = [];
        listener.answered({ frame, atUs });
      }
    },
    owed: () => owed,
    isInside: () => false,
    isOpening: () => false,
    mayClose: () => false,
  };
}
