/** Evidence and results of executions that never ran. */
import type { RecordedEvent } from '../../harness/event.ts';
import type { Evidence } from '../../harness/evidence.ts';
import {
  type ExecutionResult,
  formatVersion,
  type RunResult,
  type ScenarioResult,
} from '../../harness/result.ts';
import { parseScenario, type Scenario } from '../../harness/scenario.ts';
import { tcp } from './endpoints.ts';
import { upstreamPort } from './timeline.ts';

export function evidenceOf(events: RecordedEvent[], changes: Partial<Evidence> = {}): Evidence {
  return {
    execution: 'main',
    client: 'dns-pool',
    isPool: true,
    endpoints: tcp(upstreamPort, 'dns-tcp'),
    events,
    gaps: [],
    packetCount: 0,
    elapsedMs: 1.5,
    waitedMs: 0,
    ...changes,
  };
}

export const someScenario = (changes: Partial<Scenario> = {}): Scenario =>
  parseScenario({
    title: 'a scenario',
    claims: ['000.2'],
    protocol: 'dns-tcp',
    client: 'dns-pool',
    upstream: { connections: [[{ kind: 'close' }]] },
    workload: [{ kind: 'operate', operation: { kind: 'query', name: 'a.example', type: 'A' } }],
    expect: [{ kind: 'every-request-answered' }],
    counter: {
      kind: 'client',
      client: 'naive-dns-pool',
      expect: [{ kind: 'request-fails', request: 1, with: ['EPIPE'] }],
    },
    ...changes,
  });

export function executionOf(
  name: ExecutionResult['name'],
  changes: Partial<ExecutionResult> = {},
): ExecutionResult {
  return {
    name,
    client: 'dns-pool',
    purpose: 'to be judged',
    verdict: 'pass',
    judgements: [],
    receipts: [],
    terminations: [],
    errorSequences: [],
    faultResponse: 'transparent',
    pcap: `${name}.pcap`,
    elapsedMs: 1,
    waitedMs: 0,
    ...changes,
  };
}

export const scenarioResult: ScenarioResult = {
  path: 'pool/a.ts',
  folder: 'pool/a',
  title: 'a scenario',
  claims: ['000.2'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  verdict: 'pass',
  reason: 'Every expectation held.',
  script: ['connection 1: close'],
  workload: ['query a.example A'],
  executions: [executionOf('main')],
  repeat: 'pipewrench run a.ts',
};

export const runResult: RunResult = {
  format: formatVersion,
  startedAt: '2026-02-03T10:20:30.000Z',
  finishedAt: '2026-02-03T10:20:31.000Z',
  interrupted: false,
  command: 'pipewrench run',
  machine: { pipewrench: '0.1.0', node: 'v20', kernel: '6', sandbox: 'none', capture: 'none' },
  planned: 1,
  scenarios: [scenarioResult],
  skipped: [],
};
