/** Receipts of every step that a raw upstream can play, against a real capture. */
import t from 'tap';
import { rawDriver } from '../../../clients/raw/driver.ts';
import { upstreamDriver } from '../../../fake-servers/driver.ts';
import { connections } from '../../../fake-servers/script.ts';
import {
  answer,
  answerTwice,
  close,
  corrupt,
  delay,
  drip,
  explain,
  halfClose,
  reset,
  type Step,
  send,
  sendResponse,
  serveUntil,
  swallow,
} from '../../../fake-servers/step.ts';
import { collect, type Plan } from '../../../harness/collect.ts';
import { checkReceipts } from '../../../harness/expect/receipts.ts';
import { join } from '../../../harness/join.ts';
import { call, fired, type WorkloadStep } from '../../../harness/workload.ts';
import { wireOrReason } from '../../support/wire.ts';

const wire = await wireOrReason();
t.teardown(() => ('stop' in wire ? wire.stop() : undefined));
const skip = 'unavailable' in wire ? wire.unavailable : false;

const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);

interface Script {
  steps: Step[];
  workload: WorkloadStep[];
  /** Segments that are promised, in order. */
  promised: string[];
}

const { connect, recv } = call;
const ask = call.send;
const data = (count: number) => Array.from({ length: count }, () => 'DATA');

const scripts: Script[] = [
  { steps: [swallow(), close()], workload: [ask(text)], promised: ['SILENCE', 'FIN'] },
  {
    steps: [swallow(), answer(1), reset()],
    workload: [ask('a'), fired('swallow'), ask('b'), recv(1)],
    promised: ['SILENCE', 'RST'],
  },
  {
    steps: [swallow(), send('xyz'), close()],
    workload: [ask(text)],
    promised: ['SILENCE', 'DATA', 'FIN'],
  },
  { steps: [answerTwice(), close()], workload: [ask(text)], promised: [...data(2), 'FIN'] },
  { steps: [corrupt(3), reset()], workload: [ask(text)], promised: ['DATA', 'RST'] },
  {
    // More pieces than a congestion window holds, and no answer of the client to any of them.
    steps: [drip({ bytes: 2, everyMs: 1 }), close()],
    workload: [ask(text)],
    promised: [...data(52), 'FIN'],
  },
  { steps: [delay(10), answer(1), close()], workload: [ask(text)], promised: ['SILENCE', 'FIN'] },
  {
    steps: [answer(1), delay(10), send('x'), halfClose()],
    workload: [ask(text)],
    promised: ['SILENCE', 'DATA', 'FIN'],
  },
  { steps: [sendResponse(9), reset()], workload: [ask(text)], promised: ['DATA', 'RST'] },
  { steps: [serveUntil({ bytesSent: 9 }), close()], workload: [ask(text)], promised: ['FIN'] },
];

for (const { steps, workload, promised } of scripts) {
  t.test(steps.map(explain).join(', then '), { skip }, async (t) => {
    const last = steps.at(-1)?.kind ?? 'close';
    const plan: Plan = {
      execution: 'main',
      protocol: 'raw',
      script: connections(steps),
      workload: [connect(), ...workload, fired(last)],
      clock: 'real',
      deadlineMs: 2000,
      settings: {},
      driver: rawDriver,
    };
    if ('unavailable' in wire) return;
    const { signal } = new AbortController();
    const { evidence, packets } = await collect(plan, { upstream: upstreamDriver, wire, signal });
    const receipts = checkReceipts(join(evidence, packets));
    for (const { step, verdict, note } of receipts) t.equal(verdict, 'pass', `${step}: ${note}`);
    t.strictSame(
      receipts.map((receipt) => receipt.promised?.segment),
      promised,
    );
  });
}
