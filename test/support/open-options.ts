/** What the harness hands to a client of one upstream. */
import type { OpenOptions, Target } from '../../harness/client.ts';
import { realClock } from '../../harness/clocks.ts';

export const openOptions = (protocol: string, target: Target): OpenOptions => ({
  clock: realClock,
  protocol,
  settings: {},
  targets: [target],
});
