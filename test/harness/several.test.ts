/** Several upstreams in one execution, from real sockets to a verdict, and from the command line. */
import { writeFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import t from 'tap';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { refuseUntil } from '../../fake-servers/listener.ts';
import { connections, listener } from '../../fake-servers/script.ts';
import { alsoOverTcp, type Script, several } from '../../fake-servers/several.ts';
import { answer, answerAll, close, reset, swallow, truncate } from '../../fake-servers/step.ts';
import { collect, type Plan } from '../../harness/collect.ts';
import {
  attempts,
  connectionsOpened,
  everyRequest,
  outcome,
} from '../../harness/expect/expectation.ts';
import { judge } from '../../harness/expect/judge.ts';
import { checkReceipts } from '../../harness/expect/receipts.ts';
import { judgeRules } from '../../harness/expect/rules.ts';
import { join } from '../../harness/join.ts';
import { runResultSchema } from '../../harness/result.ts';
import { fired, open, request, update, type WorkloadStep } from '../../harness/workload.ts';
import { stayingCli } from '../support/cli.ts';
import { severalTargetsDriver } from '../support/several-targets.ts';
import { wireOrReason } from '../support/wire.ts';

const runCli = stayingCli(t);
const wire = await wireOrReason();
t.teardown(() => ('stop' in wire ? wire.stop() : undefined));
const skip = 'unavailable' in wire ? wire.unavailable : false;

async function run(script: Script, protocol: string, workload: WorkloadStep[]) {
  const plan: Plan = {
    execution: 'main',
    protocol,
    script,
    workload,
    clock: 'real',
    deadlineMs: 2000,
    settings: {},
    driver: severalTargetsDriver,
  };
  const signal = new AbortController().signal;
  const { evidence, packets } = await collect(plan, { upstream: upstreamDriver, wire, signal });
  return { evidence, packets, timeline: join(evidence, packets) };
}

t.test('a truncated answer over UDP, the whole one over TCP', { skip }, async (t) => {
  const script = alsoOverTcp(
    connections([truncate()], [answerAll()]),
    connections([answer(1), close()]),
  );
  const { evidence, packets, timeline } = await run(script, 'dns-udp', [
    request('a.1'),
    fired('close'),
    request('b.1'),
  ]);
  t.strictSame(timeline.gaps, []);
  const [{ port } = { port: 0 }] = evidence.endpoints;
  t.strictSame(evidence.endpoints, [
    { port, transport: 'udp', protocol: 'dns-udp' },
    { port, transport: 'tcp', protocol: 'dns-tcp' },
  ]);
  t.equal(evidence.packetCount, packets.length);
  t.equal(timeline.connections.length, 3);
  const expectations = [
    everyRequest('answered'),
    connectionsOpened(3),
    // Once over UDP, once over TCP.
    attempts(1, 2),
    attempts(2, 1),
  ];
  for (const expectation of expectations) {
    const { verdict, title, actual } = judge(expectation, timeline);
    t.equal(verdict, 'pass', `${title}: ${actual}`);
  }
  t.match(checkReceipts(timeline), [
    { verdict: 'pass', connection: 1, promised: { segment: 'DATA' } },
    { verdict: 'pass', connection: 2, promised: { segment: 'FIN' } },
  ]);
  const states = timeline.events.filter(({ source }) => source === 'sockets');
  t.ok(states.length > 0, 'states of the connection over TCP are recorded');
  t.ok(
    states.every((event) => 'tuple' in event && event.tuple === timeline.connections[1]),
    'and none of what went over UDP',
  );
  for (const { verdict, title, actual } of judgeRules(timeline, false)) {
    t.equal(verdict, 'pass', `${title}: ${actual}`);
  }
});

t.test('what several upstreams do is one timeline', { skip }, async (t) => {
  const script = several(
    connections([answer(1), reset()]),
    listener([refuseUntil('up')], connections([answerAll()])),
    connections([answerAll()]),
  );
  const { timeline, evidence } = await run(script, 'dns-tcp', [
    request('a.1'),
    request('b.2'),
    open('up'),
    fired('refuse'),
    request('c.2'),
    update('z.1', '192.0.2.1'),
    update('z.3', '192.0.2.1'),
  ]);
  t.strictSame(timeline.gaps, []);
  t.equal(new Set(evidence.endpoints.map(({ port }) => port)).size, 3);
  const expectations = [
    outcome(1).answered(),
    outcome(2).fails('ECONNREFUSED'),
    outcome(3).answered(),
    outcome(5).answered('NOERROR'),
    connectionsOpened(5),
  ];
  for (const expectation of expectations) {
    const { verdict, title, actual } = judge(expectation, timeline);
    t.equal(verdict, 'pass', `${title}: ${actual}`);
  }
  t.match(
    checkReceipts(timeline).map(({ step, verdict }) => [step, verdict]),
    [
      ['reset (RST)', 'pass'],
      ['refuse connections until the gate "up" opens', 'pass'],
    ],
  );
});

t.test('a phase of a listener is proved at its own port', { skip }, async (t) => {
  const refusing = () => listener([refuseUntil('up')], connections([answerAll()]));
  const { timeline } = await run(several(refusing(), refusing()), 'dns-tcp', [
    request('a.2'),
    open('up'),
    fired('refuse', 2),
  ]);
  t.strictSame(
    checkReceipts(timeline)
      .map(({ verdict }) => verdict)
      .sort(),
    ['pass', 'unknown'],
    'nobody was refused by the first one',
  );
});

t.test('an update that two upstreams execute was executed twice', { skip }, async (t) => {
  const script = several(connections([answerAll()]), connections([swallow(), answerAll()]));
  const twice = {
    ...severalTargetsDriver,
    open: (...args: Parameters<typeof severalTargetsDriver.open>) => {
      const client = severalTargetsDriver.open(...args);
      const [, { targets }] = args;
      const everywhere = targets.map((target) =>
        severalTargetsDriver.open(target, { ...args[1], targets: [target] }),
      );
      return {
        ...client,
        request: async (operation: Parameters<typeof client.request>[0]) =>
          Promise.race(everywhere.map((each) => each.request(operation))),
      };
    },
  };
  const plan: Plan = {
    execution: 'main',
    protocol: 'dns-tcp',
    script,
    workload: [update('z.1', '192.0.2.1'), fired('swallow')],
    clock: 'real',
    deadlineMs: 2000,
    settings: {},
    driver: twice,
  };
  const signal = new AbortController().signal;
  const { evidence, packets } = await collect(plan, { upstream: upstreamDriver, wire, signal });
  const rule = judgeRules(join(evidence, packets), false).find(
    (judged) => judged.rule === 'writes-execute-once',
  );
  t.match(rule, { verdict: 'fail', actual: /executed 2 times for 1 requests/ });
});

const scenarioText = (protocol: string, client: string, upstream: string, opened: number) => `
import { alsoOverTcp, answer, answerAll, connections, connectionsOpened, everyRequest, request,
  reset, scenario, several, swapped, truncate } from 'pipewrench';
export default scenario({
  title: 'several upstreams',
  claims: ['own-1'],
  protocol: '${protocol}',
  client: '${client}',
  upstream: ${upstream},
  workload: [request('a.1'), request('b.2'), request('c.1')],
  expect: [everyRequest('answered'), connectionsOpened(${opened})],
  counter: swapped(connections([answerAll()]), [connectionsOpened(1)]),
});
`;

t.test('from the command line: run, check, report', { skip }, async (t) => {
  const folder = t.testdir({ scenarios: {} });
  const driver = new URL('../support/several-targets.js', import.meta.url);
  const client = joinPath(folder, 'client.js');
  writeFileSync(client, `export { severalTargetsDriver as default } from '${driver.pathname}';\n`);
  const upstream = `several(
    alsoOverTcp(connections([truncate()], [answerAll()]), connections([answer(1), reset()])),
    alsoOverTcp(connections([answerAll()]), connections([answerAll()])))`;
  writeFileSync(
    joinPath(folder, 'scenarios/both.ts'),
    scenarioText('dns-udp', 'dns-pool', upstream, 4),
  );
  const out = joinPath(folder, 'out');
  const ran = await runCli(
    ['run', 'scenarios', '--client', client, '--out', out, '--reporter', 'json'],
    {
      cwd: folder,
    },
  );
  t.equal(ran.code, 0, `${ran.stdout.slice(0, 2000)}${ran.stderr}`);
  const run = runResultSchema.parse(JSON.parse(ran.stdout));
  t.match(run.scenarios[0]?.script, [
    'upstream 1 over UDP, connection 1: answer a request truncated',
    'upstream 1 over UDP, connection 2 and later: answer every request',
    'upstream 1 over TCP, every connection: answer 1 request, then reset (RST)',
    'upstream 2 over UDP, every connection: answer every request',
    'upstream 2 over TCP, every connection: answer every request',
  ]);
  const checked = await runCli(['check', out], { cwd: folder });
  t.equal(checked.code, 0, checked.stdout);
  t.match(checked.stdout, /judged again from the stored evidence: the same verdicts/);
  const reported = await runCli(['report', out], { cwd: folder });
  t.match(reported.stdout, /upstream 2 over TCP: listen on/);
});

t.test('a client that takes one target meets the first upstream', { skip }, async (t) => {
  const upstream = `several(
    connections([answer(1), reset()], [answerAll()]), connections([answerAll()]))`;
  const folder = t.testdir({
    scenarios: { 'one.ts': scenarioText('dns-tcp', 'dns-pool', upstream, 2) },
  });
  const { code, stdout } = await runCli(['run', 'scenarios', '--out', 'out'], { cwd: folder });
  t.equal(code, 0, stdout);
});
