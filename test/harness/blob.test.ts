/** A stored run, taken apart into blobs and put together again. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import t from 'tap';
import { type Blob, loadBlob, requireUndamaged, saveBlob } from '../../harness/blob.ts';
import { UserError } from '../../harness/errors.ts';
import { blobJsonSchema } from '../../harness/json-schema.ts';
import { mergeShards, type StoredShard } from '../../harness/merge.ts';
import type { RunResult, ScenarioResult } from '../../harness/result.ts';
import { partOf } from '../../harness/shard.ts';
import { saveRun } from '../../harness/store.ts';
import { rootFolder } from '../support/cli.ts';
import { runResult, scenarioResult } from '../support/evidence.ts';
import { folder } from '../support/folder.ts';

const sha256 = 'a'.repeat(64);

const scenarioAt = (path: string): ScenarioResult => ({ ...scenarioResult, path, folder: path });

/** The runs that the shards of a run leave, as if it had been sharded. */
function shardsOf(whole: RunResult, count: number): StoredShard[] {
  const folders = [...whole.scenarios, ...whole.skipped].map(({ path }) => path).sort();
  return Array.from({ length: count }, (_, at) => {
    const shard = { index: at + 1, count };
    const own = partOf(folders, shard);
    const scenarios = whole.scenarios.filter(({ path }) => own.includes(path));
    const skipped = whole.skipped.filter(({ path }) => own.includes(path));
    const blob: Blob = {
      format: 1,
      shard,
      command: whole.command,
      selection: { sha256, folders },
      files: [],
    };
    const run = {
      ...whole,
      command: 'of the shard',
      planned: scenarios.length,
      scenarios,
      skipped,
    };
    return { folder: `shard-${at + 1}`, blob, run };
  });
}

const wholeRun: fc.Arbitrary<RunResult> = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,5}(\/[a-z]{1,3})?$/), fc.boolean()), {
    minLength: 1,
    maxLength: 12,
    selector: ([path]) => path,
  })
  .map((paths) => {
    const sorted = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
    const of = (isSkipped: boolean) => sorted.filter(([, is]) => is === isSkipped);
    const scenarios = of(false).map(([path]) => scenarioAt(path));
    const skipped = of(true).map(([path]) => ({ path, title: path, reason: 'no server' }));
    return { ...runResult, planned: scenarios.length, scenarios, skipped };
  });

t.test('the shards of a run, in any order, make the run', async (t) => {
  const any = fc.tuple(wholeRun, fc.integer({ min: 1, max: 5 }), fc.boolean());
  fc.assert(
    fc.property(any, ([whole, count, isReversed]) => {
      const shards = shardsOf(whole, count);
      t.strictSame(mergeShards(isReversed ? shards.reverse() : shards), whole);
    }),
  );
});

const whole: RunResult = {
  ...runResult,
  planned: 4,
  scenarios: ['a', 'b', 'c', 'd'].map(scenarioAt),
};

function changed(at: number, change: (shard: StoredShard) => StoredShard): StoredShard[] {
  return shardsOf(whole, 3).map((shard, index) => (index === at ? change(shard) : shard));
}

t.test('an interrupted shard makes an interrupted run', async (t) => {
  const cut = changed(0, (shard) => ({
    ...shard,
    run: { ...shard.run, interrupted: true, scenarios: shard.run.scenarios.slice(0, 1) },
  }));
  t.match(mergeShards(cut), { interrupted: true, planned: 4 });
  t.strictSame(
    mergeShards(cut).scenarios.map(({ path }) => path),
    ['a', 'b', 'c'],
  );
});

t.test('the run lasts from the first start to the last end, on all machines', async (t) => {
  const elsewhere = changed(1, (shard) => ({
    ...shard,
    run: {
      ...shard.run,
      startedAt: '2026-02-03T10:20:29.000Z',
      finishedAt: '2026-02-03T10:25:00.000Z',
      machine: { ...shard.run.machine, kernel: '7' },
    },
  }));
  t.match(mergeShards(elsewhere), {
    startedAt: '2026-02-03T10:20:29.000Z',
    finishedAt: '2026-02-03T10:25:00.000Z',
    machine: { kernel: '6, 7', node: 'v20' },
  });
});

const refused: {
  what: string;
  shards: StoredShard[];
  says: RegExp;
  expected: RegExp;
  next: RegExp;
}[] = [
  {
    what: 'a missing shard',
    shards: shardsOf(whole, 3).slice(0, 2),
    says: /shard 3\/3 is missing: got 1\/3, 2\/3/,
    expected: /all 3 shards/,
    next: /pipewrench run --shard 3\/3 --out/,
  },
  {
    what: 'several missing shards',
    shards: shardsOf(whole, 3).slice(1, 2),
    says: /2 shards are missing: got 2\/3/,
    expected: /no 1\/3, 3\/3/,
    next: /--shard 1\/3/,
  },
  {
    what: 'a shard that is there twice',
    shards: [...shardsOf(whole, 3), { ...(shardsOf(whole, 3)[1] as StoredShard), folder: 'copy' }],
    says: /shard 2\/3 is there twice/,
    expected: /shard-2 and copy/,
    next: /leave one/,
  },
  {
    what: 'shards of other counts',
    shards: [...shardsOf(whole, 3), ...shardsOf(whole, 2).slice(1)],
    says: /not shards of one run/,
    expected: /3 shards, got one of 2/,
    next: /same arguments/,
  },
  {
    what: 'another selection by name',
    shards: changed(1, (shard) => ({
      ...shard,
      blob: { ...shard.blob, selection: { sha256: 'b'.repeat(64), folders: ['a', 'b', 'c', 'e'] } },
    })),
    says: /different selections/,
    expected: /only one has d/,
    next: /same arguments/,
  },
  {
    what: 'another selection by content',
    shards: changed(1, ({ blob, ...shard }) => ({
      ...shard,
      blob: { ...blob, selection: { ...blob.selection, sha256: 'b'.repeat(64) } },
    })),
    says: /shard-1 \(shard 1\/3\) and shard-2 \(shard 2\/3\) are of different selections/,
    expected: /not the same contents or clients/,
    next: /same arguments/,
  },
  {
    what: 'another version of pipewrench',
    shards: changed(2, (shard) => ({
      ...shard,
      run: { ...shard.run, machine: { ...shard.run.machine, pipewrench: '0.0.9' } },
    })),
    says: /different versions/,
    expected: /got 0\.1\.0 and 0\.0\.9/,
    next: /same version/,
  },
  {
    what: 'a run that is not of its manifest',
    shards: changed(2, (shard) => ({
      ...shard,
      run: { ...shard.run, scenarios: [scenarioAt('../../etc')] },
    })),
    says: /not the one of its manifest/,
    expected: /got \.\.\/\.\.\/etc/,
    next: /run shard 3\/3 again/,
  },
  { what: 'nothing', shards: [], says: /no shard/, expected: /all shards/, next: /merge/ },
];

function refusalOf(shards: readonly StoredShard[]): UserError {
  try {
    mergeShards(shards);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was merged');
}

for (const { what, shards, says, expected, next } of refused) {
  t.test(`${what} is refused, in any order`, async (t) => {
    const error = refusalOf(shards);
    t.match(error.message, says);
    t.match(error.expected, expected);
    t.match(error.next, next);
    t.type(refusalOf([...shards].reverse()), UserError);
  });
}

const manifest = {
  shard: { index: 1, count: 2 },
  command: 'x',
  selection: { sha256, folders: ['a'] },
};

function storedBlob(t: { teardown(run: () => void): void }): string {
  const path = folder(t, { 'a/evidence.jsonl': 'evidence\n', 'a/main.pcap': 'packets' });
  saveRun(path, runResult);
  saveBlob(path, manifest);
  return path;
}

t.test('a blob comes back as it was stored, and tells of every file', async (t) => {
  const path = storedBlob(t);
  const blob = loadBlob(path);
  t.match(blob, { format: 1, ...manifest });
  t.strictSame(
    blob.files.map((file) => file.path),
    ['a/evidence.jsonl', 'a/main.pcap', 'run.json'],
  );
  t.doesNotThrow(() => requireUndamaged(path, blob));
});

t.test('a manifest keeps to the published schema', async (t) => {
  const published = JSON.parse(
    readFileSync(join(rootFolder, 'docs/schema/blob.schema.json'), 'utf8'),
  ) as object;
  t.same(published, blobJsonSchema(), 'as the source has it; `make schema` writes it again');
  const validate = new Ajv2020({ strict: false }).compile(published);
  const stored = JSON.parse(readFileSync(join(storedBlob(t), 'blob.json'), 'utf8')) as object;
  t.ok(validate(stored), JSON.stringify(validate.errors));
  t.notOk(validate({ ...stored, format: 2 }), 'the schema can refuse');
});

t.test('any change of any file is noticed', async (t) => {
  const path = storedBlob(t);
  const blob = loadBlob(path);
  const change = fc.tuple(
    fc.constantFrom(...blob.files),
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
  );
  fc.assert(
    fc.property(change, ([{ path: name, sizeBytes }, where, by]) => {
      const file = join(path, name);
      const content = readFileSync(file);
      const altered = Buffer.from(content);
      const at = where % sizeBytes;
      altered[at] = (altered[at] ?? 0) ^ by;
      for (const damaged of [altered, content.subarray(0, at), Buffer.concat([content, altered])]) {
        writeFileSync(file, damaged);
        t.throws(() => requireUndamaged(path, blob), { name: 'UserError', message: name });
      }
      writeFileSync(file, content);
    }),
    { numRuns: 30 },
  );
  rmSync(join(path, 'a'), { recursive: true });
  t.throws(() => requireUndamaged(path, blob), {
    message: /evidence\.jsonl is missing, and 1 more files/,
    next: /shard 1\/2/,
  });
});

t.test('a manifest that cannot be used is refused', async (t) => {
  const stored = storedBlob(t);
  const text = readFileSync(join(stored, 'blob.json'), 'utf8');
  const altered = (change: object) =>
    JSON.stringify({ ...(JSON.parse(text) as object), ...change });
  const [file] = loadBlob(stored).files;
  const cases: [string, RegExp][] = [
    [altered({ format: 2 }), /newer pipewrench/],
    [altered({ format: 0 }), /older pipewrench/],
    [text.slice(0, -9), /damaged/],
    [altered({ files: 'none' }), /damaged/],
    [altered({ shard: { index: 0, count: 1 } }), /damaged/],
    ...['../x', '/etc/passwd', 'a/../../x', './x', 'a//b', ''].map((path): [string, RegExp] => [
      altered({ files: [{ ...file, path }] }),
      /damaged/,
    ]),
    [altered({ selection: { sha256, folders: ['..'] } }), /damaged/],
  ];
  for (const [content, says] of cases) {
    const path = folder(t);
    cpSync(stored, path, { recursive: true });
    writeFileSync(join(path, 'blob.json'), content);
    t.throws(() => loadBlob(path), { name: 'UserError', message: says }, content.slice(0, 60));
  }
  const none = folder(t);
  mkdirSync(join(none, 'a'));
  t.throws(() => loadBlob(none), { message: /has no blob\.json/ });
  t.strictSame(readdirSync(none), ['a']);
  t.throws(() => loadBlob(join(none, 'b')), UserError);
});
