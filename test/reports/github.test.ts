import fc from 'fast-check';
import t from 'tap';
import { cutMarkdown, stepSummary, summaryBytesMax } from '../../reports/github/summary.ts';
import { github } from '../../reports/github.ts';
import { markdown } from '../../reports/markdown.ts';
import { printable } from '../../reports/text/printable.ts';
import { run } from './arbitrary.ts';
import { friendlyRun, hostileRun, interruptedRun, scenarios, sourceOf } from './fixture.ts';

interface Annotation {
  command: string;
  properties: Record<string, string>;
  message: string;
}

const unescaped = (text: string) =>
  text
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%25', '%');

/** As the runner reads a line: the command up to the next `::`, properties parted by commas. */
function readLine(line: string): Annotation {
  const [, head = '', message = ''] = /^::(.*?)::(.*)$/.exec(line) ?? [];
  const [, command = '', list = ''] = /^(\S+) ?(.*)$/.exec(head) ?? [];
  const properties = list.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), unescaped(pair.slice(at + 1))];
  });
  return { command, properties: Object.fromEntries(properties), message: unescaped(message) };
}

const readAll = (report: string) =>
  report
    .split(/\r\n|\r|\n/)
    .filter(Boolean)
    .map(readLine);

t.test(
  'an annotation at the file of each scenario that did not pass, failures first',
  async (t) => {
    const filed = (scenario: typeof scenarios.fail) => ({
      ...scenario,
      file: 'my-scenarios/a,b.ts',
    });
    const annotations = readAll(
      github(sourceOf({ ...friendlyRun, scenarios: [scenarios.unknown, filed(scenarios.fail)] })),
    );
    t.match(annotations, [
      {
        command: 'error',
        properties: { title: `fail: ${scenarios.fail.title}`, file: 'my-scenarios/a,b.ts' },
        message: `fail: ${scenarios.fail.reason}`,
      },
      { command: 'error', properties: { title: `unknown: ${scenarios.unknown.title}` } },
    ]);
    t.notOk(
      'file' in (annotations[1]?.properties ?? {}),
      'a run stored before files were has none',
    );
    t.match(annotations[0]?.message, /\n {2}expected: .*\n {2}actual: .*\n {2}where: /);
  },
);

t.test('nothing is said about what passed; what was skipped is one notice', async (t) => {
  const passed = { ...friendlyRun, planned: 1, scenarios: [scenarios.pass] };
  t.equal(github(sourceOf(passed)), '');
  const skipped = ['a', 'b'].map((title) => ({ path: title, title, reason: 'no server' }));
  t.match(readAll(github(sourceOf({ ...passed, skipped }))), [
    { command: 'notice', message: 'a: no server\nb: no server' },
  ]);
});

t.test('a run that is not whole is an error', async (t) => {
  t.match(readAll(github(sourceOf(interruptedRun)))[0], {
    command: 'error',
    message: 'interrupted after 4 of 9 scenarios',
  });
});

t.test('no text can add, drop or change an annotation', async (t) => {
  fc.assert(
    fc.property(run, (any) => {
      const annotations = readAll(github(sourceOf({ ...any, interrupted: false })));
      const of = (wanted: string) =>
        any.scenarios.filter(({ verdict }) => verdict === wanted).map((one) => one);
      const bad = [...of('fail'), ...of('unknown')];
      const errors = annotations.filter(({ command }) => command === 'error');
      const own = any.scenarios.length === 0 ? errors.slice(1) : errors;
      t.strictSame(
        own.map(({ properties }) => properties),
        bad.map(({ verdict, title, file = '' }) => ({
          title: printable(`${verdict}: ${title}`),
          file: printable(file),
        })),
      );
      t.equal(annotations.length - errors.length, any.skipped.length === 0 ? 0 : 1);
    }),
    { numRuns: 100 },
  );
});

t.test('a summary that is too large is cut at a line, and says so', async (t) => {
  const text = markdown(sourceOf({ ...friendlyRun, scenarios: Object.values(scenarios) }));
  fc.assert(
    fc.property(fc.nat({ max: Buffer.byteLength(text) + 10 }), (bytesMax) => {
      const cut = cutMarkdown(text, bytesMax);
      t.ok(Buffer.byteLength(cut) <= bytesMax, `${Buffer.byteLength(cut)} of ${bytesMax}`);
      if (cut === text || cut === '') return;
      const lines = cut.trimEnd().split('\n');
      const left = Number(/^\*\*Cut here: (\d+) more lines/.exec(lines.at(-1) ?? '')?.[1]);
      const kept = text.trimEnd().split('\n').length - left;
      t.strictSame(lines.slice(0, kept), text.split('\n').slice(0, kept));
      const opened = lines.filter((line) => line.startsWith('<details>')).length;
      t.equal(
        lines.filter((line) => line === '</details>').length,
        opened,
        'what is open is closed',
      );
    }),
    { numRuns: 200 },
  );
});

t.test('what the file holds already takes room', async (t) => {
  const source = sourceOf(hostileRun);
  t.equal(stepSummary(source, 0), markdown(source));
  t.match(stepSummary(source, summaryBytesMax - 400), /Cut here/);
  t.equal(stepSummary(source, summaryBytesMax), '');
});
