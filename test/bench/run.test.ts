import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { rootFolder } from '../support/cli.ts';

const bench = join(rootFolder, 'build/bench/run.js');

t.test('what is no number of rounds is refused before anything is measured', async (t) => {
  for (const wrong of ['0', '2.5', 'ten']) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bench, wrong], {
      encoding: 'utf8',
    });
    t.equal(status, 2, `"${wrong}"`);
    t.match(stderr, `expected a number of rounds, at least 1, got "${wrong}"`);
    t.equal(stdout, '');
  }
});
