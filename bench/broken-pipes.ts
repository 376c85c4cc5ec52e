/**
 * Document 004: "there are many broken pipes under load: do more connections raise the QPS?" Callers with
 * a limit of their patience ask a Gin server that can do a fixed number of requests a second. Writes a
 * plot and the figures, and prints them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverPrograms } from '../clients/programs.ts';
import { buildProgram } from '../harness/programs/build.ts';
import { startServerProgram } from '../harness/programs/server-program.ts';
import { enterSandbox } from '../harness/sandbox.ts';
import { type Level, loadFor } from './broken-pipes/load.ts';
import { plotOf } from './broken-pipes/plot.ts';
import { tableOf } from './table.ts';

const levels = [10, 100, 1000] as const;
const secondsEach = 5;
/** Together 1600 requests a second at most. */
const [slots, workMs] = [8, 5];
const patienceMs = 250;

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const built = await buildProgram(serverPrograms[0].build, { packageFolder });
if ('unavailable' in built) {
  console.error(`go-gin-server cannot be had: ${built.unavailable} (next: make programs)`);
  process.exit(3);
}
const code = await enterSandbox((why) =>
  console.error(`no network namespace of its own (${why}): the machine's loopback is used`),
);
if (code !== undefined) process.exit(code);

const measured: Level[] = [];
for (const connections of levels) {
  const writes = { brokenPipes: 0, resets: 0 };
  const server = await startServerProgram([...built.command, `-slots=${slots}`], {
    tap: { unavailable: 'system calls are not counted under load' },
    hearing: {
      onLog(text) {
        if (text.startsWith('write, error EPIPE')) writes.brokenPipes += 1;
        if (text.startsWith('write, error ECONNRESET')) writes.resets += 1;
      },
      onBroken: (why) => console.error(`the server broke down: ${why}`),
    },
  });
  const target = `/slow?ms=${workMs}&writes=2`;
  const load = { connections, seconds: secondsEach, patienceMs, target, ...server.address };
  measured.push(await loadFor(load, () => ({ ...writes })));
  await server.stop();
}

const rows = measured.map(({ connections, answered, gaveUp, brokenPipes, resets, medianMs }) => [
  String(connections),
  ...[answered, gaveUp, brokenPipes, resets].map((count) =>
    String(Math.round(count / secondsEach)),
  ),
  medianMs === undefined ? '-' : medianMs.toFixed(0),
]);
const heads = ['connections', 'answered/s', 'gave up/s', 'EPIPE/s', 'ECONNRESET/s', 'median ms'];
console.log(tableOf([heads, ...rows]));
const capacity = (slots * 1000) / workMs;
console.log(`The server can do ${capacity}/s; a caller waits ${patienceMs} ms.`);
const folder = path.join(packageFolder, 'docs/images');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'broken-pipes.svg'), plotOf(measured, { secondsEach, capacity }));
const figures = { secondsEach, capacity, patienceMs, levels: measured };
writeFileSync(path.join(folder, 'broken-pipes.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
