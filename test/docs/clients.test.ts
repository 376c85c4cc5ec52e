/** The tables of what clients do have every scenario of theirs, and no other. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { loadSet } from '../../bench/set.ts';
import { faultResponseSchema } from '../../harness/result.ts';
import { cellsIn, clientsPage, placeOf } from './clients-page.ts';

const page = readFileSync(new URL('../../../docs/clients.md', import.meta.url), 'utf8');
const survey = (await loadSet()).filter(({ path }) => path.startsWith('clients/'));

t.test('each scenario has its cell, with one of the seven names', async (t) => {
  const cells = cellsIn(page);
  t.ok(survey.length > 50, `${survey.length} scenarios`);
  t.strictSame([...cells.keys()].sort(), survey.map(({ path }) => path).sort(), '`make survey`');
  for (const [path, response] of cells) {
    t.ok(faultResponseSchema.safeParse(response).success, `${path}: ${response}`);
  }
});

t.test('each is in the folder of its protocol and its fault, named as its client', async (t) => {
  for (const { path, scenario } of survey) {
    const place = placeOf(path);
    t.equal(place?.client, scenario.client, path);
    t.equal(place?.protocol, scenario.protocol.replace(/^dns-tcp$/, 'dns'), path);
  }
});

t.test('a table is written from scenarios that passed, and from no others', async (t) => {
  const machine = { pipewrench: '', node: 'v20', kernel: '6', sandbox: '', capture: '' };
  const scenario = (verdict: 'pass' | 'fail', path: string) => ({
    ...{ path, folder: '', title: '', claims: [], protocol: 'http', client: 'node-undici' },
    ...{ verdict, reason: '', script: [], workload: [], repeat: '' },
    executions: [
      {
        ...{ name: 'main' as const, client: 'node-undici', purpose: '', verdict, judgements: [] },
        ...{ receipts: [], terminations: [], errorSequences: [], pcap: null },
        ...{ faultResponse: 'hung' as const, elapsedMs: 1, waitedMs: 0 },
      },
    ],
  });
  const write = (verdict: 'pass' | 'fail', path = 'clients/http/idle-close/node-undici.ts') =>
    clientsPage(page, { scenarios: [scenario(verdict, path)], machine }, ['Go 1']);
  const cells = cellsIn(write('pass'));
  t.strictSame([...cells], [['clients/http/idle-close/node-undici.ts', 'hung']]);
  t.match(write('pass'), 'Measured with Node v20, Go 1, Linux 6.');
  t.throws(() => write('fail'), /not every scenario passed: clients\/http\/idle-close/);
  t.throws(
    () => write('pass', 'clients/http/moon/node-undici.ts'),
    /no words for the fault "moon"/,
  );
  t.throws(
    () => clientsPage('# nothing', { scenarios: [], machine }, []),
    /docs\/clients.md has lost/,
  );
});
