/** How these tests themselves are run: the loaders of tap would take longer than most of them. */
import { spawnSync } from 'node:child_process';
import t from 'tap';

t.test('neither a test nor what it starts loads what tap wants it to', async (t) => {
  if (process.env.TEST_NODE === undefined) {
    t.comment('started by tap itself and not by build/test/run.js');
    return;
  }
  const { TEST_SOURCE_MAPS: wanted } = process.env;
  t.strictSame(process.execArgv, wanted === undefined ? [] : [wanted]);
  const { stdout } = spawnSync('env', { encoding: 'utf8' });
  t.notMatch(stdout, /^NODE_OPTIONS=/m);
});
