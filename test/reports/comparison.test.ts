/** Clients side by side: as it was recorded, and whatever is in it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { runResultSchema, type ScenarioResult } from '../../harness/result.ts';
import { comparisonsOf } from '../../reports/comparison.ts';
import { html } from '../../reports/html/html.tsx';
import { comparisonBlocks } from '../../reports/terminal/comparison.ts';
import { terminal } from '../../reports/terminal.ts';
import { widthOf } from '../../reports/text/columns.ts';
import { text } from './arbitrary.ts';
import { friendlyRun, hostile, sourceOf } from './fixture.ts';

const packageFolder = path.dirname(fileURLToPath(import.meta.resolve('pipewrench/package.json')));
/** Four Go drivers and two faults, as a run recorded them, without what is not compared. */
const recorded = runResultSchema.parse(
  JSON.parse(readFileSync(path.join(packageFolder, 'test/reports/side-by-side.json'), 'utf8')),
);
const plain = { colour: false, widthColumns: 80 };
const block = (scenarios: readonly ScenarioResult[], widthColumns = 80) =>
  comparisonBlocks(scenarios, { ...plain, widthColumns });

const idleClose = recorded.scenarios.filter(({ path }) => path.includes('/idle-close'));

t.test('the document, as four drivers have it', async (t) => {
  t.equal(
    block(idleClose),
    `
side by side: 4 clients
  upstream  connection 1: serve until a request matches "SELECT 1", then answer
            1 request, then wait for the gate "wait_timeout", then close;
            connection 2 and later: answer every request
  workload  statement SELECT 1; open the gate "wait_timeout"; wait until the
            client's end is in CLOSE_WAIT; statement SELECT 2
  client            response     sent  executed  calls after the fault
  go-mysql-1.3.0    transparent  1 1   1 1       write, read EOF, write EPIPE,
                                                 close
    [mysql] 2026/11/21 18:44:24 packets.go:33: unexpected EOF
    [mysql] 2026/11/21 18:44:24 packets.go:130: write tcp
      127.0.0.1:50748->127.0.0.1:55593: write: broken pipe
  go-mysql-1.4.1    surfaced     1 0   1 0       write, read EOF, write EPIPE,
                                                 close
    [mysql] 2026/11/21 18:44:25 packets.go:36: unexpected EOF
    2026/11/21 18:44:25 invalid connection
  go-mysql-1.10.1   transparent  1 1   1 1       read EOF, write, close
    [mysql] 2026/11/21 18:44:24 connection.go:803 closing bad idle connection:
      EOF
  go-mysql-877a977  transparent  1 1   1 1       read EOF, write, close
    [mysql] 2026/11/21 18:44:25 packets.go:122: closing bad idle connection:
      EOF
`,
  );
});

t.test('each fault has a table of its own', async (t) => {
  const responses = comparisonsOf(recorded.scenarios).map(({ clients }) =>
    Object.fromEntries(clients.map(({ client, response }) => [client, response])),
  );
  t.strictSame(responses, [
    {
      'go-mysql-1.3.0': 'duplicated',
      'go-mysql-1.4.1': 'surfaced',
      'go-mysql-1.10.1': 'surfaced',
      'go-mysql-877a977': 'surfaced',
    },
    {
      'go-mysql-1.3.0': 'transparent',
      'go-mysql-1.4.1': 'surfaced',
      'go-mysql-1.10.1': 'transparent',
      'go-mysql-877a977': 'transparent',
    },
  ]);
});

t.test('it is in the report of the terminal and in the page', async (t) => {
  t.match(terminal(sourceOf(recorded), plain), block(recorded.scenarios));
  const page = html(sourceOf(recorded));
  t.equal(page.match(/Side by side: 4 clients/g)?.length, 2);
  t.match(page, 'write, read EOF, write EPIPE, close');
  t.equal(block(friendlyRun.scenarios), '', 'where nothing can be compared there is no table');
  t.notMatch(html(sourceOf(friendlyRun)), 'Side by side');
});

t.test('what differs in more than the client is not compared', async (t) => {
  const [first, second] = idleClose;
  if (!first || !second) return t.fail('the fixture has them');
  t.equal(comparisonsOf([first, second]).length, 1);
  t.strictSame(comparisonsOf([first]), []);
  t.strictSame(comparisonsOf([first, { ...second, client: first.client }]), []);
  t.strictSame(comparisonsOf([first, { ...second, script: ['another'] }]), []);
  t.strictSame(comparisonsOf([first, { ...second, workload: ['another'] }]), []);
  t.strictSame(comparisonsOf([first, { ...second, protocol: 'postgres' }]), []);
  t.strictSame(comparisonsOf([first, { ...second, executions: [] }]), []);
});

t.test('no line is wider than the terminal', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 72, max: 200 }), (widthColumns) =>
      block(recorded.scenarios, widthColumns)
        .split('\n')
        .every((line) => widthOf(line) <= widthColumns),
    ),
  );
});

t.test('what is not known is a question mark, and much is counted', async (t) => {
  const many = Array.from({ length: 9 }, (_, index) => index);
  const calls = many.map((connection) => ({ connection: connection + 1, calls: ['read EOF'] }));
  const told = comparisonsOf(
    idleClose.map((scenario) => ({
      ...scenario,
      executions: scenario.executions.map((execution) => ({
        ...execution,
        ...(scenario.client === 'go-mysql-1.3.0'
          ? { conduct: { sent: many, executed: null, log: many.map(String), calls } }
          : {
              conduct: { sent: null, executed: null, log: null, calls: null },
              faultResponse: null,
            }),
      })),
    })),
  )[0]?.clients;
  t.match(told, [
    {
      sent: '36 of 9',
      executed: '?',
      calls: '#1 #2 #3 #4 and 5 more read EOF',
      log: [...many.slice(0, 6).map(String), 'and 3 more lines'],
    },
    { response: '?', sent: '?', executed: '?', calls: '?', log: ['the log is not known'] },
  ]);
});

t.test('nothing but colours can reach the terminal', async () => {
  const colours = /\p{Cc}\[[0-9]+m/gu;
  const word = fc.oneof(text, fc.constantFrom(...Object.values(hostile)));
  fc.assert(
    fc.property(word, word, word, fc.boolean(), (one, other, client, colour) => {
      const scenarios = idleClose.map((scenario, index) => ({
        ...scenario,
        client: `${client}${index}`,
        script: [one],
        workload: [other],
        executions: scenario.executions.map((execution) => ({
          ...execution,
          conduct: {
            sent: [1],
            executed: [1],
            log: [one],
            calls: [{ connection: 1, calls: [other] }],
          },
        })),
      }));
      const written = comparisonBlocks(scenarios, { colour, widthColumns: 80 });
      const rest = colour ? written.replace(colours, '') : written;
      return written !== '' && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(rest.replaceAll('\n', ''));
    }),
  );
});
