// Writes the table of all clauses into docs/claims.md, from harness/claims/ and the scenarios.
// Run it through `make claims`; it reads the compiled build.
import { readFileSync, writeFileSync } from 'node:fs';
import { claimsPage } from '../build/test/docs/claims-page.js';

const page = new URL('../docs/claims.md', import.meta.url);
writeFileSync(page, await claimsPage(readFileSync(page, 'utf8')));
