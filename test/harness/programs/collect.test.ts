/** From a plan to evidence, with clients in processes of their own, on real sockets. */
import t from 'tap';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { connections } from '../../../fake-servers/script.ts';
import {
  answer,
  answerAll,
  close,
  type Step,
  swallow,
  untilGate,
} from '../../../fake-servers/step.ts';
import type { ClientDriver } from '../../../harness/client.ts';
import { collect, type Plan } from '../../../harness/collect.ts';
import type { Evidence } from '../../../harness/evidence.ts';
import { requests } from '../../../harness/expect/facts.ts';
import { faultResponse } from '../../../harness/expect/fault-response.ts';
import { judgeRules } from '../../../harness/expect/rules.ts';
import { join } from '../../../harness/join.ts';
import { loadClient } from '../../../harness/load-client.ts';
import {
  begin,
  clientState,
  fired,
  open,
  pauseClient,
  request,
  resumeClient,
  said,
  settled,
  type WorkloadStep,
} from '../../../harness/workload.ts';
import { oddDriver, perlFile, untapped, whyNoPerl } from '../../support/programs.ts';

async function collected(
  driver: ClientDriver,
  steps: Step[][],
  workload: WorkloadStep[],
  changes: Partial<Plan> = {},
): Promise<Evidence> {
  const plan: Plan = {
    execution: 'main',
    protocol: 'dns-tcp',
    script: connections(...steps),
    workload,
    clock: 'real',
    deadlineMs: 1000,
    settings: {},
    driver,
    ...changes,
  };
  const wire = { unavailable: 'not wanted' };
  const signal = new AbortController().signal;
  return (await collect(plan, { upstream: upstreamDriver, wire, signal })).evidence;
}

const outcomes = (evidence: Evidence) =>
  requests(join(evidence, [])).map(({ outcome }) =>
    outcome?.status === 'failed' ? outcome.error : outcome?.status,
  );

const workloadTexts = (evidence: Evidence) =>
  evidence.events.flatMap((e) =>
    e.source === 'workload' && (e.type === 'crashed' || e.type === 'stuck') ? [e.text] : [],
  );

t.test('what a program breaks is its own, and the next execution has a fresh one', async (t) => {
  const driver = oddDriver();
  t.teardown(() => driver.program.stop());
  const dying = [request('a'), begin(request('hangs')), request('exit'), request('b')];
  const crashed = await collected(driver, [[answerAll()]], dying);
  t.strictSame(outcomes(crashed), ['answered', 'CRASHED', 'CRASHED'], 'the rest is left out');
  t.match(workloadTexts(crashed), [/exited with code 3.*out of luck/]);
  t.equal(faultResponse(join(crashed, []), []), 'crashed');
  t.ok(crashed.gaps.some(({ recorder }) => recorder === 'resources'));

  const hung = await collected(driver, [[answerAll()]], [request('hangs')], { deadlineMs: 50 });
  t.strictSame(outcomes(hung), ['hung']);
  t.strictSame(workloadTexts(hung), []);
  const fine = await collected(driver, [[answerAll()]], [request('a')]);
  t.strictSame(outcomes(fine), ['answered']);
  t.strictSame(fine.program, { publishes: ['log'] });
  t.ok(fine.gaps.some(({ recorder }) => recorder === 'syscalls'));
  t.notOk(
    fine.gaps.some(({ recorder }) => recorder === 'client'),
    'it need publish no checkout',
  );
});

t.test('one that cannot be started, or not be opened, has crashed', async (t) => {
  const dead = oddDriver('dies');
  const evidence = await collected(dead, [[answerAll()]], [request('a')]);
  t.match(workloadTexts(evidence), [/exited with code 4.*no such library/]);
  t.strictSame(outcomes(evidence), []);

  const driver = oddDriver();
  t.teardown(() => driver.program.stop());
  const settings = { maxConnections: 1 };
  const refused = await collected(driver, [[answerAll()]], [request('a')], { settings });
  t.match(workloadTexts(refused), ['it cannot be opened: none']);
});

t.test('an event that it never publishes is not waited for', async (t) => {
  const driver = oddDriver();
  t.teardown(() => driver.program.stop());
  await t.rejects(collected(driver, [[answerAll()]], [said('checkout')]), /does not publish/);
  const logged = await collected(driver, [[answerAll()]], [request('logs'), said('log')]);
  t.strictSame(workloadTexts(logged), []);
});

t.test('a client of another language, against the fakes', { skip: whyNoPerl }, async (t) => {
  const driver = await loadClient(perlFile, [], { entry: {}, tap: untapped });
  t.match(driver, {
    name: 'perl-dns',
    protocols: ['dns-tcp'],
    operations: ['query'],
    isPool: true,
  });
  t.teardown(() => driver.program?.stop());
  const faulty = [[answer(1), untilGate('fault'), close()], [answerAll()]];

  t.test('it notices a close, and again when it is opened again', async (t) => {
    const workload = [
      request('a.example'),
      open('fault'),
      fired('close'),
      clientState('CLOSE_WAIT'),
      request('b.example'),
    ];
    for (const execution of ['main', 'counter'] as const) {
      const evidence = await collected(driver, faulty, workload, { execution });
      t.strictSame(outcomes(evidence), ['answered', 'answered']);
      const stats = evidence.events.find(({ type }) => type === 'stats');
      t.match(stats, { stats: { destroyed: 1, retries: 0 } });
      const rules = judgeRules(join(evidence, []), true);
      const verdicts = Object.fromEntries(rules.map(({ rule, verdict }) => [rule, verdict]));
      t.match(verdicts, {
        'every-request-settles': 'pass',
        'answers-belong': 'pass',
        'nothing-leaks': 'pass',
        'dead-connections-stay-out': 'unknown',
      });
    }
  });

  t.test('paused, it races', async (t) => {
    const workload = [
      request('a.example'),
      pauseClient(),
      begin(request('b.example')),
      open('fault'),
      fired('close'),
      resumeClient(),
      settled(),
    ];
    const evidence = await collected(driver, faulty, workload);
    t.strictSame(outcomes(evidence), ['answered', 'answered']);
    const at = (found: (event: Evidence['events'][number]) => boolean) =>
      evidence.events.findIndex(found);
    const fault = at((e) => e.source === 'upstream' && e.type === 'fired' && e.step === 'close');
    const read = at(
      (e) => e.source === 'upstream' && e.type === 'received' && e.key === 'b.example A',
    );
    t.ok(fault !== -1 && read > fault, 'the request is on its way only after the fault');
  });
});

t.test('a socket that is left is seen in the process', async (t) => {
  const driver = oddDriver();
  t.teardown(() => driver.program.stop());
  const evidence = await collected(driver, [[swallow()]], [request('leaks')]);
  t.match(
    evidence.events.filter((e) => e.source === 'resources'),
    [
      { moment: 'before', descriptors: 0 },
      { moment: 'after', descriptors: 1 },
    ],
  );
  const rules = judgeRules(join(evidence, []), true);
  const leak = rules.find(({ rule }) => rule === 'nothing-leaks');
  t.match(leak, { verdict: 'fail', actual: /still ESTABLISHED, 1 more open descriptors/ });
});

t.test('a client of this process cannot be paused', async (t) => {
  const driver: ClientDriver = {
    name: 'inside',
    description: 'for this test',
    protocols: ['dns-tcp'],
    isPool: false,
    open: () => ({
      request: async () => 'done',
      stats: async () => ({ later: 1 }),
      close: async () => {},
    }),
  };
  const evidence = await collected(driver, [[answerAll()]], [pauseClient(), resumeClient()]);
  t.match(workloadTexts(evidence), [/runs in the process of pipewrench/]);
  const stats = evidence.events.find(({ type }) => type === 'stats');
  t.match(stats, { stats: { later: 1 } }, 'counters may take their time');
});
