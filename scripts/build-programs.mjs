/** Builds the clients in other languages that this machine can build, and says why not the others. */
import { fileURLToPath } from 'node:url';
import { programs, serverPrograms } from '../build/clients/programs.js';
import { buildProgram } from '../build/harness/programs/build.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const giveUp = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    process.exitCode = 130;
    giveUp.abort(new Error(signal));
  });
}

for (const { name, build } of [...programs, ...serverPrograms]) {
  const built = await buildProgram(build, { packageFolder, signal: giveUp.signal });
  console.log(`${name}: ${'command' in built ? 'built' : built.unavailable}`);
}
