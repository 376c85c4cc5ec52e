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

t.test('so is what is no scenario', async (t) => {
  const { status, stderr } = spawnSync(process.execPath, [bench, '1', 'package.json'], {
    cwd: rootFolder,
    encoding: 'utf8',
  });
  t.equal(status, 2);
  t.match(stderr, 'package.json is not a scenario');
});
