import { join } from 'node:path';

/** Of the current folder: where a run points when it has ended. */
export const latestRun = join('runs', 'latest');
