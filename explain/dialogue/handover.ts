/** A protocol that goes on in TLS once both sides have agreed to that. */
import type { Dialogue } from './dialogue.ts';

/** @param secured Undefined until they have agreed. */
export function handingOver(plain: Dialogue, secured: () => Dialogue | undefined): Dialogue {
  const now = () => secured() ?? plain;
  return {
    get protocol() {
      return now().protocol;
    },
    take: (...bytes) => now().take(...bytes),
    owed: () => now().owed(),
    isInside: (side) => now().isInside(side),
    isOpening: () => now().isOpening(),
    mayClose: () => now().mayClose(),
  };
}
