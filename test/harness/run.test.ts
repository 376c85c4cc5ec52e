/** What each execution of a scenario is asked to do. */
import t from 'tap';
import { upstreamDriver } from '../../fake-servers/driver.ts';
import { connections } from '../../fake-servers/script.ts';
import { answerAll, untilGate } from '../../fake-servers/step.ts';
import type { ClientDriver } from '../../harness/client.ts';
import { everyRequest } from '../../harness/expect/expectation.ts';
import { runScenario } from '../../harness/run.ts';
import { against, parseScenario } from '../../harness/scenario.ts';
import {
  begin,
  cancel,
  closeClient,
  open,
  request,
  settled,
  type WorkloadStep,
} from '../../harness/workload.ts';
import { folder } from '../support/folder.ts';

/** What a client was asked in each of the three executions, by the names of queries. */
async function askedIn(runFolder: string, workload: WorkloadStep[]): Promise<string[][]> {
  const executions: string[][] = [];
  const driver: ClientDriver = {
    name: 'listener',
    description: 'for this test',
    protocols: ['raw'],
    isPool: false,
    open: () => {
      const asked: string[] = [];
      executions.push(asked);
      return {
        async request(operation) {
          asked.push(operation.kind === 'query' ? operation.name : operation.kind);
          return 'done';
        },
        stats: () => ({}),
        async close() {
          asked.push('close');
        },
      };
    },
  };
  const scenario = parseScenario({
    title: 'asked',
    claims: ['own-1'],
    protocol: 'raw',
    client: 'listener',
    deadlineMs: 20,
    upstream: connections([untilGate('go'), answerAll()]),
    workload,
    expect: [everyRequest('answered')],
    counter: against('listener', [everyRequest('answered')]),
  });
  const found = { path: 'asked.ts', folder: 'asked', file: 'asked.ts', scenario };
  const options = { runFolder, clients: [driver], client: undefined, program: 'pipewrench' };
  const signal = new AbortController().signal;
  const wire = { unavailable: 'not wanted' };
  await runScenario(found, options, { upstream: upstreamDriver, wire, signal });
  return executions;
}

t.test('without the faults nothing is waited for, and a closed client is left alone', async (t) => {
  const workload = [
    request('a'),
    begin(request('b')),
    cancel(2),
    settled(),
    closeClient(),
    request('c'),
    closeClient(),
  ];
  const [main, control, counter] = await askedIn(folder(t), workload);
  // The last two are of the harness: at the end, and when everything is unwound.
  const all = ['a', 'b', 'close', 'c', 'close', 'close', 'close'];
  t.strictSame(main, all);
  t.strictSame(counter, all);
  t.strictSame(control, ['a', 'b', 'close', 'close', 'close', 'close']);
});

t.test('a gate that nobody comes to ends main, and is left out of the control', async (t) => {
  const [main, control] = await askedIn(folder(t), [request('a'), open('go'), request('b')]);
  t.strictSame(main, ['a', 'close', 'close']);
  t.strictSame(control, ['a', 'b', 'close', 'close']);
});
