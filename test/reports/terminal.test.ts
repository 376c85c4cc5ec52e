import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  eraseLine,
  runStartedLine,
  scenarioBlock,
  scenarioStartedLine,
  terminal,
} from '../../reports/terminal.ts';
import { widthOf } from '../../reports/text/columns.ts';
import { run, text } from './arbitrary.ts';
import { allHostile, friendlyRun, interruptedRun, scenarios, sourceOf } from './fixture.ts';

const plain = { colour: false, widthColumns: 80 };
const coloured = { ...plain, colour: true };

t.test('a scenario that passed takes two lines', async (t) => {
  t.equal(
    scenarioBlock(scenarios.raw, plain),
    [
      '✓ the peer has read everything and closes: write, write, read             0.9 ms',
      '  003.1 004.5 · raw · errors RST, EPIPE, EOF',
      '',
    ].join('\n'),
  );
});

t.test('a failure says what, where, what next and how to repeat it', async (t) => {
  t.equal(
    scenarioBlock(scenarios.fail, plain),
    `✗ reset while the answer is awaited, on every connection                  3.5 ms
  000.5 000.7 · dns-pool · errors #1 RST, ECONNRESET · #2 RST, ECONNRESET · surfaced
  fail: Request 1 was retried 2 times; one retry is allowed.
    ✗ retries-are-bounded · main, dns-pool
      a request is retried at most once
      expected  at most 1 retry of a request
      actual    2 retries of request 1
      where     request 1, connections #1 and #2, frames 6 and 12
      next      look at what the client does after the second ECONNRESET
  repeat  pipewrench run scenarios/dns/reset-during-exchange.ts

`,
  );
});

t.test('a receipt that the capture does not show is reported like a judgement', async (t) => {
  const block = scenarioBlock(scenarios.unknown, plain);
  t.match(block, '? receipt · main, dns-pool');
  t.match(block, 'expected  FIN from the upstream at relative seq 46');
  t.match(block, 'actual    not in the capture: the capture has a gap');
  t.match(block, '? dead-never-lent');
});

t.test(
  'a counter execution that failed as foretold is no trouble; one that did not is',
  async (t) => {
    const { pass } = scenarios;
    t.notMatch(scenarioBlock(pass, plain), 'naive-dns-pool');
    const executions = pass.executions.map((execution) => ({
      ...execution,
      verdict: execution.name === 'counter' ? ('fail' as const) : execution.verdict,
    }));
    const block = scenarioBlock({ ...pass, executions, verdict: 'fail' }, plain);
    t.match(block, '✗ every-request-answered · counter, naive-dns-pool');
  },
);

t.test('the end of a run', async (t) => {
  t.match(terminal(sourceOf(friendlyRun), plain), '\n2 passed, 1 failed, 1 unknown\n');
  t.notMatch(terminal(sourceOf(friendlyRun), plain), 'interrupted');
  t.match(terminal(sourceOf(interruptedRun), plain), 'interrupted after 4 of 9 scenarios\n');
  t.match(terminal(sourceOf(friendlyRun), plain), 'sandbox  own user and network namespace\n');
});

t.test('colour changes nothing but the colour', async (t) => {
  const inColour = terminal(sourceOf(friendlyRun), coloured);
  t.match(inColour, '\u001b[31m');
  t.equal(stripVTControlCharacters(inColour), terminal(sourceOf(friendlyRun), plain));
});

t.test('nothing but colours can reach the terminal', async () => {
  // Written as a pattern with a character class, since an escape itself is what is looked for.
  const colours = /\p{Cc}\[[0-9]+m/gu;
  fc.assert(
    fc.property(run, fc.boolean(), (any, colour) => {
      const written = terminal(sourceOf(any), { colour, widthColumns: 80 });
      const rest = colour ? written.replace(colours, '') : written;
      return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(rest.replaceAll('\n', ''));
    }),
    { numRuns: 60 },
  );
});

t.test('progress', async (t) => {
  t.equal(
    runStartedLine(friendlyRun, plain),
    'pipewrench 0.1.0 · 4 scenarios · own user and network namespace\n',
  );
  const start = { ordinal: 2, planned: 7, title: 'idle connection' };
  t.equal(scenarioStartedLine(start, plain), '… 2/7 idle connection');
  t.equal(eraseLine, '\r\u001b[2K');
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 120 }), (title, widthColumns) => {
      const line = scenarioStartedLine({ ...start, title }, { colour: false, widthColumns });
      return widthOf(line) < widthColumns && !line.includes('\n');
    }),
  );
  t.notMatch(scenarioStartedLine({ ...start, title: allHostile }, plain), '\u001b');
});
