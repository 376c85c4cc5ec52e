// Writes the table of all upstream steps into docs/steps.md, from their definitions and the scenarios.
// Run it through `make reference`; it reads the compiled build.
import { readFileSync, writeFileSync } from 'node:fs';
import { stepsPage } from '../build/test/docs/steps-page.js';

const page = new URL('../docs/steps.md', import.meta.url);
writeFileSync(page, await stepsPage(readFileSync(page, 'utf8')));
