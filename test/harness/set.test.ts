/** One run of the scenarios, looked at from every side: verdicts, text, schema, pcap, check. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { openCapture } from '../../captures/reader.ts';
import { explain } from '../../explain/explain.ts';
import type { Event, Receipt, WireEvent } from '../../harness/event.ts';
import { describeSegment } from '../../harness/expect/segments.ts';
import { runJsonSchema } from '../../harness/json-schema.ts';
import type { ExecutionResult, RunResult, ScenarioResult } from '../../harness/result.ts';
import type { Timelines } from '../../harness/store.ts';
import { findProgram } from '../../kernel/programs.ts';
import { differences } from '../support/agreement.ts';
import { rootFolder, runCli } from '../support/cli.ts';
import { injectedIn } from '../support/injected.ts';
import { whyNoTshark } from '../support/tshark.ts';
import { readTogether, type SeenFrame } from '../support/tshark-frames.ts';

const out = join(t.testdir(), 'run');
/** What clients in other languages do is a run of its own, which tap plays beside this one: survey.test.ts. */
const folders = readdirSync(join(rootFolder, 'scenarios')).filter((name) => name !== 'clients');
const wanted = folders.map((name) => join(rootFolder, 'scenarios', name));
const { code, stdout, stderr } = await runCli(['run', ...wanted, '--out', out]);
const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunResult;

t.test('every scenario passes', async (t) => {
  t.equal(code, 0, stderr);
  t.ok(run.scenarios.length >= 16, `${run.scenarios.length} scenarios`);
  for (const { path, verdict, reason } of run.scenarios)
    t.equal(verdict, 'pass', `${path}: ${reason}`);
  t.match(stdout, new RegExp(`^${run.scenarios.length} passed, 0 failed, 0 unknown$`, 'm'));
});

t.test('the sequences of document 003 are printed as the document tells them', async (t) => {
  const lines = stdout.split('\n');
  const after = (path: string) => {
    const title = run.scenarios.find((scenario) => scenario.path === path)?.title ?? path;
    return lines[lines.findIndex((line) => line.includes(title)) + 1] ?? '';
  };
  t.match(after('sockets/003.1-write-after-close.ts'), /errors RST, EPIPE, EOF$/);
  t.match(after('sockets/003.2-close-with-unread-bytes.ts'), /errors RST, ECONNRESET, EOF, EPIPE$/);
});

t.test('the JSON report keeps to the published schema', async (t) => {
  const published: unknown = JSON.parse(
    readFileSync(join(rootFolder, 'docs/schema/run.schema.json'), 'utf8'),
  );
  t.same(published, runJsonSchema(), 'as the source has it; `make schema` writes it again');
  const validate = new Ajv2020({ strict: false }).compile(runJsonSchema());
  const { stdout: json } = await runCli(['report', out, '--reporter', 'json']);
  t.ok(validate(JSON.parse(json)), JSON.stringify(validate.errors));
  t.notOk(validate({ ...run, format: 99 }), 'the schema can refuse');
});

t.test('check comes to the same verdicts without opening a socket', async (t) => {
  const strace = findProgram('strace');
  const trace = (...command: string[]) =>
    spawnSync(
      strace ?? '',
      ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=socket', '-o', sockets, ...command],
      { encoding: 'utf8' },
    );
  const sockets = join(t.testdir(), 'sockets.txt');
  const opened = () => readFileSync(sockets, 'utf8');
  const args = [join(rootFolder, 'build/harness/cli.js'), 'check', out];
  const isTraced = strace !== undefined && trace('true').status === 0;
  const checked = isTraced
    ? trace(process.execPath, ...args)
    : spawnSync(process.execPath, args, { encoding: 'utf8' });
  t.equal(checked.status, 0, checked.stderr);
  t.match(checked.stdout, /judged again from the stored evidence: the same verdicts/);
  if (!isTraced) {
    t.comment('without strace, or where it may not trace, the sockets cannot be counted');
    return;
  }
  t.notMatch(opened(), /socket\(/, 'no socket was opened');
  trace(process.execPath, '-e', "require('net').connect(1).on('error', () => {})");
  t.match(opened(), /socket\(/, 'the trace would have shown one');
});

/** Of a receipt that has no place among the bytes, only that its frame is there. */
function shows({ isDatagram, seq, length, fin, rst }: SeenFrame, promised: Receipt): boolean {
  if (promised.segment === 'FIN') return fin && seq + length === promised.relativeSeq;
  if (promised.segment === 'RST') return rst && seq === promised.relativeSeq;
  if (promised.segment !== 'DATA') return true;
  // A datagram has no sequence number.
  if (isDatagram) return length === promised.length;
  return seq === promised.relativeSeq && length === promised.length;
}

/** Every FIN and RST that the report names, and every receipt, as [what, frame, sender, seq, flag]. */
function named({ receipts, terminations }: ExecutionResult) {
  const end = (tuple: string, from: 'client' | 'upstream') =>
    tuple.split('->')[from === 'client' ? 0 : 1];
  return [
    ...terminations.map(({ tuple, from, flag, relativeSeq, frame }) => ({
      what: `${flag} of the ${from} at ${relativeSeq}`,
      frame,
      sender: end(tuple, from),
      // A RST instead of a SYN has no number that anything could be relative to.
      isThere: ({ seq, fin, rst }: SeenFrame) =>
        (seq === relativeSeq || relativeSeq === 0) && (flag === 'FIN' ? fin : rst),
    })),
    ...receipts.map(({ step, tuple, promised, frame }) => ({
      what: `receipt of "${step}": ${JSON.stringify(promised)}`,
      frame: frame ?? -1,
      sender: promised && 'relativeSeq' in promised ? end(tuple, 'upstream') : undefined,
      isThere: (seen: SeenFrame) => promised !== null && shows(seen, promised),
    })),
  ];
}

/** What the document says of each, and what it costs. */
const driversOfDocument002 = {
  'idle-close': {
    'go-mysql-1.3.0': 'transparent',
    'go-mysql-1.4.1': 'surfaced',
    'go-mysql-877a977': 'transparent',
    'go-mysql-1.10.1': 'transparent',
  },
  'executed-then-closed': {
    'go-mysql-1.3.0': 'duplicated',
    'go-mysql-1.4.1': 'surfaced',
    'go-mysql-877a977': 'surfaced',
    'go-mysql-1.10.1': 'surfaced',
  },
};

t.test('document 002: what each driver of MySQL makes of the fault', async (t) => {
  const without = run.skipped.find(({ path }) => path.startsWith('mysql/'));
  if (without) return t.comment(`${without.path}: ${without.reason}`);
  for (const [fault, expected] of Object.entries(driversOfDocument002)) {
    const responses = run.scenarios
      .filter(({ path }) => path.startsWith(`mysql/${fault}-`))
      .map(({ client, executions }) => [
        client,
        executions.find(({ name }) => name === 'main')?.faultResponse,
      ]);
    t.strictSame(Object.fromEntries(responses), expected, fault);
  }
});

t.test('tshark finds every FIN and RST where the report says it is', async (t) => {
  const tshark = findProgram('tshark');
  if (!tshark && !process.env.CI) {
    t.plan(0, 'tshark is not installed: apt-get install tshark');
    return;
  }
  const check = (
    scenario: ScenarioResult,
    execution: ExecutionResult,
    seen: ReadonlyMap<number, SeenFrame>,
  ) => {
    for (const { what, frame, sender, isThere } of named(execution)) {
      const packet = seen.get(frame);
      const isSo =
        packet !== undefined && (sender ?? packet.from) === packet.from && isThere(packet);
      t.ok(isSo, `${scenario.path} ${execution.name}: ${what} in frame ${frame}`);
    }
  };
  const pcapOf = ({ folder }: ScenarioResult, { pcap }: ExecutionResult) =>
    join(out, folder, pcap ?? '');
  const all = run.scenarios.flatMap((one) => one.executions.map((each) => pcapOf(one, each)));
  const seen = readTogether(tshark ?? 'tshark', all, t.testdir()).frames;
  for (const scenario of run.scenarios) {
    const main = scenario.executions.find(({ name }) => name === 'main');
    t.ok(main, `${scenario.path} has a main execution`);
    for (const execution of scenario.executions) {
      const own = seen.get(pcapOf(scenario, execution)) ?? new Map<number, SeenFrame>();
      check(scenario, execution, own);
      const packets = [...own.values()];
      const isTcp = packets.some(({ isDatagram }) => !isDatagram);
      if (!isTcp || execution !== main) continue;
      t.ok(execution.terminations.length > 0, `${scenario.path} names a FIN or RST`);
    }
  }
});

t.test('segments are as tcpdump prints them: flags, length, relative numbers', async (t) => {
  const tcpdump = findProgram('tcpdump');
  if (!tcpdump) return t.comment('without tcpdump there is nothing to compare with');
  let compared = 0;
  for (const { path, folder } of run.scenarios) {
    // On loopback both ends of a port over UDP and TCP, and ICMP, print otherwise.
    if (!/^(states|sockets|pool)\//.test(path)) continue;
    const { main } = JSON.parse(
      readFileSync(join(out, folder, 'timeline.json'), 'utf8'),
    ) as Timelines;
    const pcap = join(out, folder, 'main.pcap');
    const lines = execFileSync(tcpdump, ['-n', '-r', pcap], { encoding: 'utf8', stdio: 'pipe' })
      .trim()
      .split('\n');
    for (const packet of (main?.events ?? []).filter(isPacket)) {
      const [, flags, seq, length] =
        /Flags \[([^\]]+)\](?:, seq (\d+))?.*, length (\d+)/.exec(lines[packet.frame - 1] ?? '') ??
        [];
      // tcpdump prints the number itself in a SYN, and in a RST without an acknowledgement.
      const isAbsolute = packet.flags.includes('SYN') || !packet.flags.includes('ACK');
      const [, ours] = describeSegment(packet).split(' ');
      const isSame =
        flags === ours &&
        Number(length) === packet.length &&
        (isAbsolute || seq === undefined || Number(seq) === packet.relativeSeq);
      if (!isSame) t.fail(`${path}, frame ${packet.frame}: ${lines[packet.frame - 1]}`);
      compared += 1;
    }
  }
  t.ok(compared > 100, `${compared} segments`);
});

const isPacket = (event: Event): event is WireEvent => event.source === 'wire';

const explained = async ({ folder }: ScenarioResult, { pcap }: ExecutionResult) =>
  explain(openCapture(join(out, folder, pcap ?? '')));

t.test('explain names the fault from the bare pcap, and none wrongly', async (t) => {
  const missed: string[] = [];
  let injected = 0;
  for (const scenario of run.scenarios) {
    const main = scenario.executions.find(({ name }) => name === 'main');
    if (!main?.pcap) continue;
    const { faults, isAllowed } = injectedIn(main);
    const { shown } = await explained(scenario, main);
    const found = shown.flatMap(({ client, upstream, findings }) =>
      findings.map(({ name }) => ({ name, tuple: `${client.address}->${upstream.address}` })),
    );
    // What a server under test does is no step of a script.
    const isScripted = !scenario.script[0]?.startsWith('server under test');
    const wrong = isScripted ? found.filter(({ tuple, name }) => !isAllowed(tuple, name)) : [];
    t.same(wrong, [], `${scenario.path}: ${faults.map(({ step }) => step).join(', ')}`);
    if (faults.length === 0) continue;
    injected += 1;
    const unnamed = faults.find(
      (fault) =>
        !found.some(
          ({ tuple, name }) =>
            (fault.tuple === '' || fault.tuple === tuple) && fault.names.includes(name),
        ),
    );
    if (unnamed) missed.push(`${scenario.path}: ${unnamed.step}`);
  }
  t.ok(injected >= 100, `${injected} scenarios with a fault`);
  t.comment(
    `${injected - missed.length} of ${injected} faults named; not named: ${missed.join('; ')}`,
  );
  t.ok(missed.length <= injected * 0.05, `named but for ${missed.length} of ${injected}`);
});

t.test('nothing is the matter where nothing was done', async (t) => {
  for (const scenario of run.scenarios) {
    const control = scenario.executions.find(({ name }) => name === 'control');
    if (!control?.pcap) continue;
    const found = Object.keys((await explained(scenario, control)).counts);
    const own = new Set<string>(['caller-gone', 'unanswered', 'slow-answer']);
    t.same(
      found.filter((name) => !own.has(name)),
      [],
      `${scenario.path}, without its faults`,
    );
  }
});

t.test('explain sees the segments as tshark does', { skip: whyNoTshark }, async (t) => {
  const pcaps = run.scenarios.flatMap((one) =>
    one.executions.flatMap(({ name, pcap }) =>
      name === 'main' && pcap ? [join(out, one.folder, pcap)] : [],
    ),
  );
  const { file, apart } = readTogether(findProgram('tshark') ?? 'tshark', pcaps, t.testdir());
  for (const one of [file, ...apart]) t.same(await differences(one), [], one);
});
