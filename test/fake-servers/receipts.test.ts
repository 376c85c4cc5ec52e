/** Every step on every protocol that it claims, once: `make receipts` does it a hundred times. */
import t from 'tap';
import { sandboxState } from '../../harness/sandbox.ts';
import { cells, playCell, whyNot } from '../support/matrix.ts';
import { wireOrReason } from '../support/wire.ts';

const wire = await wireOrReason();
if ('watch' in wire) t.teardown(() => wire.stop());
const isAlone = sandboxState().isInside;

for (const cell of cells()) {
  const losesPackets = cell.kind === 'vanish' || cell.kind === 'come-back';
  const skip =
    ('unavailable' in wire && wire.unavailable) ||
    (losesPackets && !isAlone && 'no network namespace of its own');
  t.test(`${cell.kind} on ${cell.protocol}`, { skip }, async (t) => {
    if ('unavailable' in wire) return;
    t.equal(whyNot(cell, await playCell(cell, wire)), undefined, 'its receipt is in the capture');
  });
}
