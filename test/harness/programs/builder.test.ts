/** Client programs are built outside the namespace of a run, where the network is. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { whyNoTools } from '../../../harness/programs/builder.ts';
import { runCli } from '../../support/cli.ts';

const entry = fileURLToPath(new URL('../../support/programs/asks-builder.js', import.meta.url));

const missing = 'no-such-compiler and no-such-linker are not installed';

const packageFolder = t.testdir({ clients: { there: { 'main.txt': 'a source' } } });
const run = join(packageFolder, 'clients/there/run');

interface Told {
  pid: number;
  results: unknown[];
}

t.test('the process inside asks the one outside', async (t) => {
  const { code, stdout, stderr } = await runCli([], {
    entry,
    env: { PACKAGE_FOLDER: packageFolder },
  });
  t.equal(code, 0, stderr);
  const [inside = '', outside] = stdout.trim().split('\n');
  if (outside === undefined) return t.comment(`there is no namespace: ${stderr}`);
  const { pid, results } = JSON.parse(inside) as Told;
  const { outside: builderPid } = JSON.parse(outside) as { outside: number };
  t.not(pid, builderPid);
  t.strictSame(results, [
    { command: [run, String(builderPid)] },
    { command: [run, String(builderPid)] },
    { unavailable: missing },
    { unavailable: 'there is no client program "unknown"' },
  ]);
});

t.test('without a namespace the same process builds', async (t) => {
  const env = { PIPEWRENCH_SANDBOX: 'the tests have one', PACKAGE_FOLDER: packageFolder };
  const { stdout } = await runCli([], { entry, env });
  const { pid, results } = JSON.parse(stdout) as Told;
  t.match(results[0], { command: [run, String(pid)] });
  t.match(results[2], { unavailable: missing });
});

t.test('what is missing is named', async (t) => {
  const plan = { sources: '', steps: [], command: [] };
  t.equal(whyNoTools({ ...plan, toolchain: ['sh'] }), undefined);
  t.equal(whyNoTools({ ...plan, toolchain: ['no-such'] }), 'no-such is not installed');
});
