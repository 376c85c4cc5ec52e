import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { UserError } from '../../harness/errors.ts';
import { eventSchema } from '../../harness/event.ts';
import type { Evidence } from '../../harness/evidence.ts';
import { join as joined } from '../../harness/join.ts';
import { executionNames, formatVersion } from '../../harness/result.ts';
import {
  createRunFolder,
  loadEvidence,
  loadPcap,
  loadRun,
  loadTimelines,
  pointLatestAt,
  save,
  saveEvidence,
  saveRun,
  saveScenario,
  saveTimelines,
} from '../../harness/store.ts';
import { evidenceOf, runResult, someScenario } from '../support/evidence.ts';
import { folder } from '../support/folder.ts';
import { conversation, handshake } from '../support/frame.ts';
import {
  accepted,
  answered,
  asked,
  checkout,
  closing,
  failed,
  firedStep,
  gap,
  held,
  hung,
  io,
  log,
  received,
  recordedOnly,
  repool,
  served,
  state,
  stats,
  stuck,
  unfiredStep,
} from '../support/timeline.ts';

const everything = recordedOnly([
  asked(1, 'a.example'),
  asked(2, { kind: 'update', name: 'z', data: '192.0.2.1' }),
  asked(3, { kind: 'send', bytes: '\u0000ÿ' }),
  answered(1),
  failed(2),
  hung(3),
  stuck(),
  accepted(1),
  received(1, 'a A'),
  served(1, 'a A'),
  firedStep(1, 'close', { segment: 'FIN', relativeSeq: 9, length: 0 }),
  unfiredStep(1, 'reset', true),
  checkout(1),
  io(1, 'send'),
  io(1, 'recv', 'EOF'),
  repool(1),
  log('a "line"\n'),
  stats({ destroyed: 1, mode: 'lifo' }),
  state(1, 'client', 'CLOSE_WAIT'),
  held('before', 3, 1),
  closing,
]);
const packets = conversation(handshake);
const whole = evidenceOf(everything, { packetCount: packets.length, gaps: [gap('sockets')] });

t.test('every kind of event here is one that the harness accepts', async (t) => {
  for (const event of everything) t.ok(eventSchema.safeParse(event).success, event.type);
});

t.test('evidence comes back as it was stored', async (t) => {
  const path = folder(t);
  const scenario = someScenario();
  saveScenario(path, scenario);
  t.strictSame(await loadEvidence(path, 0), { scenario, executions: [] });
  const executions = executionNames.map((execution) => {
    const evidence: Evidence = { ...whole, execution };
    saveEvidence(path, evidence, packets);
    return { evidence, packets };
  });
  t.strictSame(await loadEvidence(path, 3), { scenario, executions });
});

t.test('evidence without a capture has no pcap, and needs none', async (t) => {
  const path = folder(t);
  const evidence: Evidence = { ...whole, packetCount: null };
  saveScenario(path, someScenario());
  saveEvidence(path, evidence, []);
  t.strictSame(readdirSync(path), ['evidence.jsonl']);
  t.strictSame((await loadEvidence(path, 1)).executions, [{ evidence, packets: [] }]);
});

t.test('timelines and run come back as they were stored', async (t) => {
  const path = folder(t);
  const timeline = joined(whole, packets);
  saveTimelines(path, { main: timeline });
  t.strictSame(loadTimelines(path).main, timeline);
  t.equal(loadTimelines(path).control, undefined, 'an execution that never ended left none');
  saveRun(path, runResult);
  t.strictSame(loadRun(path), runResult);
});

interface Stored {
  file: string;
  load: (path: string) => unknown;
}

const stored: Stored[] = [
  { file: 'evidence.jsonl', load: (path) => loadEvidence(path, 1) },
  { file: 'main.pcap', load: (path) => loadEvidence(path, 1) },
  { file: 'timeline.json', load: (path) => loadTimelines(path).main },
  { file: 'run.json', load: loadRun },
];

function saveAll(path: string): void {
  saveScenario(path, someScenario());
  saveEvidence(path, whole, packets);
  saveTimelines(path, { main: joined(whole, packets) });
  saveRun(path, runResult);
}

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const { file, load } of stored) {
  t.test(`${file} cut short anywhere is the user's to know, and named`, async (t) => {
    const path = folder(t);
    saveAll(path);
    const content = readFileSync(join(path, file));
    // Only the line feed at the end of a JSON file may be missing.
    const end = /\.json$/.test(file) ? content.length - 2 : content.length - 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: end }), async (cut) => {
        writeFileSync(join(path, file), content.subarray(0, cut));
        const error = await failureOf(() => load(path));
        return error instanceof UserError && error.message.includes(file) && error.next !== '';
      }),
      { numRuns: 60 },
    );
  });

  t.test(`${file} with a byte changed is read or refused, nothing else`, async (t) => {
    const path = folder(t);
    saveAll(path);
    const content = readFileSync(join(path, file));
    const byte = fc.nat({ max: 255 });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: content.length - 1 }), byte, async (at, value) => {
        const changed = Buffer.from(content);
        changed[at] = value;
        writeFileSync(join(path, file), changed);
        const error = await failureOf(() => load(path));
        return error === undefined || error instanceof UserError;
      }),
      { numRuns: 100 },
    );
  });

  t.test(`${file} that is missing is the user's to know`, async (t) => {
    const error = await failureOf(() => load(folder(t)));
    t.ok(error instanceof UserError);
    t.match(error, { message: /ENOENT/ });
  });
}

t.test('a pcap with fewer packets than were captured is cut short', async (t) => {
  const path = folder(t);
  saveScenario(path, someScenario());
  saveEvidence(path, whole, packets.slice(0, 2));
  const error = await failureOf(() => loadEvidence(path, 1));
  t.ok(error instanceof UserError);
  t.match(error, { expected: /it holds 2 packets, 3 were captured/ });
});

t.test('evidence that has lost whole lines is cut short', async (t) => {
  const path = folder(t);
  saveAll(path);
  const error = await failureOf(() => loadEvidence(path, 2));
  t.ok(error instanceof UserError);
  t.match(error, { expected: /it holds 1 executions, 2 were recorded/ });
});

t.test('a run of another format is refused as such', async (t) => {
  const others: [number, RegExp][] = [
    [formatVersion + 1, /newer pipewrench/],
    [formatVersion - 1, /older pipewrench/],
  ];
  for (const [format, message] of others) {
    const path = folder(t);
    save(path, 'run.json', JSON.stringify({ ...runResult, format, more: true }));
    const error = await failureOf(() => loadRun(path));
    t.ok(error instanceof UserError);
    t.match(error, { message, expected: new RegExp(`got format ${format}`) });
  }
});

t.test(
  'a run goes to a folder named after its time, or to the one that was asked for',
  async (t) => {
    const under = folder(t);
    const path = createRunFolder(under, undefined, new Date('2026-02-03T10:20:30.456Z'));
    t.equal(path, join(under, 'runs', '20260203T102030-456Z'));
    t.ok(existsSync(path));
    const wanted = join(under, 'some', 'where');
    t.equal(createRunFolder(under, wanted, new Date()), wanted);
    t.equal(createRunFolder(under, wanted, new Date()), wanted, 'an empty one may be used again');
  },
);

t.test('a folder that holds something is refused and left alone', async (t) => {
  const path = folder(t, { 'precious.txt': 'evidence' });
  const error = await failureOf(() => createRunFolder('/', path, new Date()));
  t.ok(error instanceof UserError);
  t.match(error, { message: /not empty: it holds precious.txt/, next: /--out/ });
  t.strictSame(readdirSync(path), ['precious.txt']);
});

t.test('where a file stands in the way, it is named', async (t) => {
  const path = folder(t, { taken: 'a file' });
  const taken = join(path, 'taken');
  const attempts: Record<string, () => unknown> = {
    'a run folder': () => createRunFolder('/', join(taken, 'run'), new Date()),
    'the scenario': () => saveScenario(join(taken, 'pool', 'a'), someScenario()),
    evidence: () => saveEvidence(join(taken, 'pool'), whole, packets),
    'any file': () => save(taken, 'report.html', ''),
  };
  for (const [what, attempt] of Object.entries(attempts)) {
    const error = await failureOf(attempt);
    t.ok(error instanceof UserError, what);
    t.match(error, { message: /taken/ });
  }
});

t.test('a file is replaced whole, and nothing is left beside it', async (t) => {
  const path = folder(t);
  save(path, 'report.html', 'one');
  save(path, 'report.html', Buffer.from('two'));
  t.equal(readFileSync(join(path, 'report.html'), 'utf8'), 'two');
  t.strictSame(readdirSync(path), ['report.html']);
});

t.test('latest points at the newest run, beside it', async (t) => {
  const runs = join(folder(t), 'runs');
  const latest = join(runs, 'latest');
  for (const name of ['first', 'second']) {
    mkdirSync(join(runs, name), { recursive: true });
    pointLatestAt(join(runs, name));
    t.equal(readlinkSync(latest), name);
  }
  t.ok(lstatSync(latest).isSymbolicLink());
  t.strictSame(readdirSync(runs).sort(), ['first', basename(latest), 'second']);
});

t.test('the pcap is handed out as it is stored', async (t) => {
  const path = folder(t);
  saveEvidence(path, whole, packets);
  t.ok(Buffer.from(loadPcap(path, 'main')).equals(readFileSync(join(path, 'main.pcap'))));
  t.ok((await failureOf(() => loadPcap(path, 'control'))) instanceof UserError);
});
