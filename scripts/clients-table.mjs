// Writes the tables of docs/clients.md from the result of a run of scenarios/clients/.
// Run it through `make survey`; it reads the compiled build. usage: clients-table.mjs RUN_FOLDER
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientsPage } from '../build/test/docs/clients-page.js';

/** First line of what a program says of itself; nothing where it is missing. */
function versionOf(command, ...args) {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return [execFileSync(command, args, options).split('\n')[0].trim()];
  } catch {
    return [];
  }
}

const [folder = 'runs/latest'] = process.argv.slice(2);
const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
const toolchain = [
  ...versionOf('go', 'env', 'GOVERSION').map((version) => version.replace(/^go/, 'Go ')),
  ...versionOf('python3', '--version'),
  ...versionOf('java', '--version'),
];
const page = new URL('../docs/clients.md', import.meta.url);
writeFileSync(page, clientsPage(readFileSync(page, 'utf8'), run, toolchain));
