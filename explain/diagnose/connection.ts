/** From what was seen of a connection to what is the matter with it. Pure. */
import type { Context } from '../context.ts';
import type { Finding } from '../diagnosis.ts';
import type { Connection } from '../flow/connection.ts';
import type { Moment } from '../moment.ts';
import { breakFindings } from './break.ts';
import { handshakeFinding } from './handshake.ts';
import { noteFindings } from './notes.ts';
import { retryFinding } from './retry.ts';
import { silenceFindings } from './silence.ts';
import { slowFinding } from './slow.ts';

/**
 * What is the matter with it, what weighs most first; empty when nothing is.
 * @param end Last packet of the capture.
 */
export function diagnose(c: Connection, context: Context, end: Moment): Finding[] {
  const handshake = handshakeFinding(c, context);
  if (handshake) return [handshake];
  const silence = silenceFindings(c);
  const isLost = silence.some(({ name }) => name === 'black-hole');
  const found = [
    ...silence,
    ...noteFindings(c),
    ...(isLost ? [] : breakFindings(c, context, end)),
    ...retryFinding(c, context),
  ];
  return found.length > 0 ? found : slowFinding(c, context);
}
