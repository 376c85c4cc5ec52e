/** Whatever a file holds: a report in every format, or an error that says what was expected. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { NotACapture } from '../../../../captures/frame.ts';
import { openCapture } from '../../../../captures/reader.ts';
import { explain } from '../../../../explain/explain.ts';
import { writeScenario } from '../../../../harness/commands/explain/to-scenario.ts';
import { explainCommand } from '../../../../harness/commands/explain.ts';
import { UserError } from '../../../../harness/errors.ts';
import { explainReporters } from '../../../../reports/explain/reporters.ts';
import {
  captureFile,
  connectionFrames,
  exchange,
  handshake,
  idleCloseRace,
} from '../../../support/made-capture.ts';

const folder = t.testdir();
const file = join(folder, 'a.pcap');
const out = join(folder, 'out');
const whole = captureFile(
  connectionFrames({}, idleCloseRace()),
  connectionFrames({ client: { host: '10.0.0.1', port: 40_001 } }, [
    ...handshake,
    ...exchange(1, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'),
    { from: 'upstream', atMs: 9, flags: ['RST'] },
  ]),
);

const flip = fc.record({ at: fc.nat({ max: whole.length - 1 }), to: fc.nat({ max: 255 }) });
const damaged = fc
  .record({ flips: fc.array(flip, { maxLength: 40 }), length: fc.nat({ max: whole.length }) })
  .map(({ flips, length }) => {
    const bytes = Buffer.from(whole);
    for (const { at, to } of flips) bytes[at] = to;
    return bytes.subarray(0, length);
  });

/** What a terminal obeys, but for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that may not be there.
const acting = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

for (const format of Object.keys(explainReporters)) {
  t.test(`--format ${format} of any file`, async (t) => {
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        writeFileSync(file, bytes);
        try {
          const code = await explainCommand(file, { format, out }, explainReporters);
          t.ok(code === 0 || code === 3);
          t.notMatch(readFileSync(out, 'utf8'), acting);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { numRuns: 100 },
    );
  });
}

t.test('--to-scenario of any file', async (t) => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(damaged, async (bytes) => {
      writeFileSync(file, bytes);
      written += 1;
      const path = join(folder, `${written}.ts`);
      try {
        await writeScenario(file, await explain(openCapture(file)), path);
        t.notMatch(readFileSync(path, 'utf8'), /[^\n -~]/);
      } catch (error) {
        if (!(error instanceof UserError || error instanceof NotACapture)) throw error;
      }
    }),
    { numRuns: 100 },
  );
});
