// Writes docs/answers.md and docs/images/tcp-states.svg from a run of the scenarios that they are made of.
// Run it through `make answers`; it reads the compiled build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersPage } from '../build/reports/answers/page.js';
import { questions } from '../build/reports/answers/questions.js';
import { diagramOf, visitedIn } from '../build/reports/tcp-states/diagram.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pipewrench-answers-'));
const out = join(folder, 'run');
const asked = new Set(questions.flatMap(({ scenarios }) => scenarios));
for (const path of [...asked]) if (path.startsWith('states/')) asked.delete(path);
const wanted = ['scenarios/states/', ...[...asked].map((path) => `scenarios/${path}`)];
const { status } = spawnSync(
  process.execPath,
  ['build/harness/cli.js', 'run', ...wanted, '--out', out],
  { cwd: root, stdio: 'inherit' },
);
if (!existsSync(join(out, 'run.json'))) process.exit(status ?? 3);

const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
const figures = join(root, 'docs/images/broken-pipes.json');
const load = existsSync(figures) ? JSON.parse(readFileSync(figures, 'utf8')) : undefined;
writeFileSync(join(root, 'docs/answers.md'), answersPage(run, load));
// What is about the states is named first.
const isAboutStates = ({ path }) => path.startsWith('states/');
const shown = run.scenarios
  .filter(({ verdict }) => verdict === 'pass')
  .sort((a, b) => Number(isAboutStates(b)) - Number(isAboutStates(a)))
  .map(({ path, folder: of }) => ({
    scenario: path,
    timeline: JSON.parse(readFileSync(join(out, of, 'timeline.json'), 'utf8')).main,
  }));
writeFileSync(join(root, 'docs/images/tcp-states.svg'), diagramOf(visitedIn(shown)));
rmSync(folder, { recursive: true });
process.exitCode = status ?? 3;
