/** Which capture the commands use, and where they say so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runResultSchema } from '../../../harness/result.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { wireOrReason } from '../../support/wire.ts';

const wire = await wireOrReason({ capture: 'embedded' });
const skip = 'unavailable' in wire ? wire.unavailable : false;
if (!('unavailable' in wire)) await wire.stop();

t.test(
  'a run with the embedded recorder proves its faults, and says what it was',
  { skip },
  async (t) => {
    const out = join(folder(t), 'out');
    const { code, stdout } = await runCli([
      'run',
      'scenarios/pool/idle-close.ts',
      '--capture',
      'embedded',
      '--out',
      out,
    ]);
    t.equal(code, 0);
    t.match(stdout, /^capture {2}embedded: /m);
    const run = runResultSchema.parse(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')));
    t.match(run, { machine: { capture: /^embedded: / }, command: /--capture embedded/ });
    t.ok(run.scenarios.length > 0);
    t.ok(run.scenarios.every(({ verdict }) => verdict === 'pass'));
  },
);

t.test('a recorder that there is not', async (t) => {
  const env = { PIPEWRENCH_CAPTURE: 'wireshark' };
  const { code, stderr } = await runCli(['trace', '--', 'true'], { env });
  t.equal(code, 2);
  t.match(stderr, /--capture.* 'wireshark' from env 'PIPEWRENCH_CAPTURE' is invalid/);
  t.match(stderr, /Allowed choices are tcpdump, embedded/);
});
