/**
 * What was found in a real run's capture is written as a scenario, which is run: it passes, and in its own
 * capture the same is found.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'dns-packet';
import t from 'tap';
import { openCapture } from '../../../../captures/reader.ts';
import type { DiagnosisName } from '../../../../explain/diagnosis.ts';
import { explain } from '../../../../explain/explain.ts';
import { writeScenario } from '../../../../harness/commands/explain/to-scenario.ts';
import { UserError } from '../../../../harness/errors.ts';
import type { RunResult } from '../../../../harness/result.ts';
import { stayingCli } from '../../../support/cli.ts';
import {
  captureFile,
  connectionFrames,
  exchange,
  handshake,
  idleCloseRace,
  type Said,
} from '../../../support/made-capture.ts';

const runCli = stayingCli(t);
const folder = t.testdir();

/** Of which capture what is to be found. */
const cases: [scenario: string, execution: 'main' | 'counter', finding: DiagnosisName][] = [
  ['sockets/003.1-write-after-close', 'main', 'died-before-response'],
  ['sockets/003.2-close-with-unread-bytes', 'main', 'closed-with-unread-data'],
  ['sockets/half-close', 'main', 'half-close-not-understood'],
  ['pool/idle-close', 'main', 'idle-close'],
  ['pool/idle-close', 'counter', 'idle-close-race'],
  ['pool/idle-reset', 'main', 'reset-while-idle'],
  ['pool/close-in-mid-message', 'main', 'died-in-mid-response'],
  ['pool/stray-byte', 'main', 'unasked-data'],
  ['faults/swallowed-query', 'main', 'unanswered'],
  ['faults/refused-then-back', 'main', 'refused'],
  ['faults/corrupt-question', 'main', 'malformed-answer'],
  ['faults/wrong-id', 'main', 'mismatched-answer'],
  ['faults/dripped-answer', 'main', 'slow-answer'],
  ['faults/stalled-answer', 'main', 'slow-answer'],
  ['states/unanswered-syn', 'main', 'backlog-full'],
  ['udp/port-unreachable', 'main', 'refused'],
  ['udp/dropped-query', 'main', 'unanswered'],
  ['udp/truncated-answer', 'main', 'truncated-answer'],
];
const nameOf = (scenario: string, execution: string) =>
  `${scenario.replaceAll('/', '-')}-${execution}`;
const findingsOf = async (pcap: string) => {
  const { shown } = await explain(openCapture(pcap));
  return shown.flatMap(({ findings }) => findings.map(({ name }) => name));
};

t.test('from capture to scenario to the same capture', async (t) => {
  const [first, again, written] = ['first', 'again', 'written'].map((name) => join(folder, name));
  if (!first || !again || !written) throw new Error('there are three');
  const scenarios = [...new Set(cases.map(([scenario]) => `scenarios/${scenario}.ts`))];
  const recorded = await runCli(['run', ...scenarios, '--out', first]);
  t.equal(recorded.code, 0, recorded.stderr);
  for (const [scenario, execution, finding] of cases) {
    const pcap = join(first, scenario, `${execution}.pcap`);
    const path = join(written, `${nameOf(scenario, execution)}.ts`);
    const said = await writeScenario(pcap, await explain(openCapture(pcap)), path);
    t.match(said, `${path}: ${finding}, `);
  }
  const repeated = await runCli(['run', written, '--out', again, '--reporter', 'json']);
  const run = JSON.parse(repeated.stdout) as RunResult;
  for (const [scenario, execution, finding] of cases) {
    const name = nameOf(scenario, execution);
    const result = run.scenarios.find(({ path }) => path === `${name}.ts`);
    t.equal(result?.verdict, 'pass', `${name}: ${result?.reason}`);
    const found = await findingsOf(join(again, result?.folder ?? '', 'main.pcap'));
    t.ok(found.includes(finding), `${name}: ${finding} is among ${found.join(', ')}`);
  }
});

const writtenFrom = async (name: string, capture: Buffer) => {
  const pcap = join(folder, `${name}.pcap`);
  writeFileSync(pcap, capture);
  const path = join(folder, `${name}.ts`);
  await writeScenario(pcap, await explain(openCapture(pcap)), path);
  return readFileSync(path, 'utf8');
};

t.test('what could not be taken over is said', async (t) => {
  const text = await writtenFrom('long-idle', captureFile(connectionFrames({}, idleCloseRace())));
  t.match(text, / \* 10000 ms idle are 1000 ms here\./);
  t.match(text, / \* The protocol is not known: what the client sends is echoed\./);
  t.match(text, 'serveUntil({ idleMs: 1000 })');
});

t.test('what was said on the wire stays a string', async (t) => {
  const evil = "'); process.exit(7); ('*/\n\\";
  const text = await writtenFrom(
    'evil',
    captureFile(connectionFrames({}, [...idleCloseRace(30, evil).slice(0, -1)])),
  );
  t.notMatch(text, /^(?! \*|.*call\.send\().*process\.exit/m);
  t.match(text, "'\\'); process.exit(7); (\\'*/\\n\\\\'");
});

t.test('names that are no code, and names that come again', async (t) => {
  const framed = (type: 'query' | 'response', id: number, name: string) => {
    const message = encode({ type, id, questions: [{ name, type: 'A' }] });
    return Buffer.concat([Buffer.from([0, message.length]), message]);
  };
  const names = ["'); process.exit(7); //.example", '.', '.', '\u0001.example'];
  const asked = names.flatMap((name, id): Said[] => [
    { from: 'client', atMs: id * 2 + 1, payload: framed('query', id, name) },
    { from: 'upstream', atMs: id * 2 + 2, payload: framed('response', id, name) },
  ]);
  const reset: Said = { from: 'upstream', atMs: 50, flags: ['RST'] };
  const text = await writtenFrom(
    'names',
    captureFile(connectionFrames({}, [...handshake, ...asked, reset])),
  );
  const requests = [...text.matchAll(/^ {4}(request\(.*),$/gm)].map(([, code]) => code);
  t.strictSame(requests.slice(0, -1), [
    "request('\\'); process.exit(7); //.example')",
    "request('.')",
    "request('again-2.example')",
    "request('\\x01.example')",
  ]);
});

t.test('what cannot be written', async (t) => {
  const quiet = captureFile(connectionFrames({}, [...handshake, ...exchange(1)]));
  const pcap = join(folder, 'quiet.pcap');
  writeFileSync(pcap, quiet);
  const there = join(folder, 'there.ts');
  writeFileSync(there, '');
  const explained = await explain(openCapture(pcap));
  for (const [path, says] of [
    [there, /is there already/],
    [join(folder, 'new.txt'), /does not end in \.ts or \.js/],
    [join(folder, 'new.ts'), /nothing is the matter/],
  ] as const) {
    const error: unknown = await writeScenario(pcap, explained, path).catch((error) => error);
    if (!(error instanceof UserError)) throw new Error(`${error} is no UserError`);
    t.match(error.message, says);
  }
});
