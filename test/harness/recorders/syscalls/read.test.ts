import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { readCalls } from '../../../../harness/recorders/syscalls.ts';
import { printed, programSteps, tracedUpstream } from '../../../support/traced-program.ts';

t.test('wherever the stream is split, the same calls are read', async () => {
  await fc.assert(
    fc.asyncProperty(programSteps, fc.array(fc.nat(), { maxLength: 20 }), async (steps, cuts) => {
      const { lines, events } = printed(steps);
      const bytes = Buffer.from(['pid 100', ...lines].map((line) => `${line}\n`).join(''));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
        (a, b) => a - b,
      );
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const log = await new Promise<ReturnType<typeof readCalls>>((resolve) => {
        const stream = Readable.from(pieces.filter(({ length }) => length > 0));
        const reading = readCalls(stream, { ports: () => [tracedUpstream.port] }, () =>
          resolve(reading),
        );
      });
      return log.takeGap() === undefined && isDeepStrictEqual(log.take(log.count()), events);
    }),
  );
});

t.test('a line without an end is bounded, and counted', async (t) => {
  const endless = Readable.from([Buffer.alloc(3 * 1024 * 1024, 'x')]);
  const log = await new Promise<ReturnType<typeof readCalls>>((resolve) => {
    const reading = readCalls(endless, {}, () => resolve(reading));
  });
  t.equal(log.takeGap(), `1 line of strace could not be read, the first: ${'x'.repeat(200)}`);
});
