/** Runs one execution on real sockets and returns what the recorders saw. The only impure part. */
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { nowUs } from '../kernel/clock.ts';
import { limitLocalPorts } from '../kernel/local-ports.ts';
import type { ClientDriver, Settings, Target } from './client.ts';
import { closeClient, openClient, recordStats, watchForCrash } from './client-care.ts';
import {
  addSystemCalls,
  factsOf,
  heldRecorder,
  noticed,
  requirePublished,
  startProcess,
} from './client-process.ts';
import { realClock, virtualClock } from './clocks.ts';
import type {
  Gap,
  ProgramFacts,
  RecordedEvent,
  Transport,
  Unstamped,
  UpstreamEvent,
} from './event.ts';
import type { Evidence } from './evidence.ts';
import { tellsLending } from './expect/lending.ts';
import { recordClient } from './recorders/client.ts';
import type { CapturedPacket } from './recorders/pcap.ts';
import { recordSockets, type SocketsRecorder } from './recorders/sockets.ts';
import type { WireRecorder } from './recorders/wire.ts';
import type { ExecutionResult } from './result.ts';
import { sandboxState } from './sandbox.ts';
import { Teardown } from './teardown.ts';
import type { Endpoint, RunningScript, UpstreamDriver } from './upstream.ts';
import { workThrough } from './work.ts';
import type { WorkloadStep } from './workload.ts';

/** One execution of a scenario, with everything it needs decided. */
export interface Plan {
  execution: ExecutionResult['name'];
  protocol: string;
  script: unknown;
  workload: readonly WorkloadStep[];
  clock: 'real' | 'virtual';
  deadlineMs: number;
  settings: Settings;
  /** Undefined where they are not to run out. */
  localPorts?: number | undefined;
  driver: ClientDriver;
}

export interface Instruments {
  upstream: UpstreamDriver;
  /** Or why there is no capture. */
  wire: WireRecorder | { unavailable: string };
  /** Aborted by Ctrl-C: the workload stops where it is, and everything is unwound. */
  signal: AbortSignal;
}

export interface Collected {
  evidence: Evidence;
  packets: CapturedPacket[];
}

export async function collect(plan: Plan, instruments: Instruments): Promise<Collected> {
  const { driver, protocol, deadlineMs } = plan;
  const { upstream: upstreams, wire, signal } = instruments;
  await upstreams.prepare(plan.script);
  const ca = await upstreams.authority(protocol);
  const startedUs = nowUs();
  const events: RecordedEvent[] = [];
  const gaps: Gap[] = [];
  const tuples = new Set<string>();
  const listeners = new Set<(event: RecordedEvent) => void>();
  const teardown = new Teardown();
  const record = (event: RecordedEvent) => {
    events.push(event);
    if ('tuple' in event && event.tuple) tuples.add(event.tuple);
    for (const listener of listeners) listener(event);
  };

  try {
    const crash = watchForCrash(record);
    teardown.add('the watch for a crash', crash.stop);
    const ended = AbortSignal.any([signal, crash.signal]);
    setMaxListeners(0, ended);
    const process = await startProcess(driver, crash.report);
    const program = factsOf(driver, process);
    requirePublished(plan, process);
    const recordHeld = heldRecorder(driver, process, record, gaps);
    recordHeld('before');

    const tell = (event: Unstamped<UpstreamEvent>) => record({ ...event, atUs: nowUs() });
    const upstream = upstreams.start(plan.script, protocol, tell, { whyNoLoss: whyNoLoss() });
    teardown.add('the upstream', () => upstream.stop());
    const { address, endpoints } = upstream;
    const ports = [...new Set(endpoints.map(({ port }) => port))];
    if ('watch' in wire) wire.watch(...ports);
    if (plan.localPorts !== undefined) {
      teardown.add('the range of local ports', takePortsAway(plan.localPorts));
    }
    const sockets = startSockets(endpoints, record, gaps, teardown);

    const onInvalid = (reason: string) => gaps.push({ recorder: 'client', reason });
    teardown.add('the client recorder', recordClient(ports, record, onInvalid));
    const clock = plan.clock === 'virtual' ? virtualClock() : realClock;
    const options = { clock, ca, protocol, targets: targetsOf(endpoints), settings: plan.settings };
    const client = openClient(driver, address, options, crash);
    const close = (until: AbortSignal) => {
      process?.resume();
      process?.unlimit();
      return closeClient(client, deadlineMs, until);
    };
    teardown.add('the client', async () => {
      await close(signal);
    });

    const before = performance.eventLoopUtilization();
    await workThrough(plan.workload, {
      client,
      close: () => close(ended),
      upstream,
      clock,
      deadlineMs,
      signal: ended,
      record,
      events,
      onEvent: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      stateOf: (tuple, side) => sockets?.stateOf(tuple, side),
      sample: () => sockets?.sample(tuples),
      noticed: () => noticed(process, client, deadlineMs, ended),
      process,
    });
    const waitedMs = performance.eventLoopUtilization(before).idle + stalledMs(plan.workload);

    const uncounted = await recordStats(client, record, deadlineMs, signal);
    if (uncounted) gaps.push({ recorder: 'client', reason: uncounted });
    record({ atUs: nowUs(), source: 'workload', type: 'closing' });
    const stuck = await close(signal);
    if (stuck) record({ atUs: nowUs(), source: 'workload', type: 'stuck', text: stuck });
    sockets?.sample(tuples);
    sockets?.stop();
    if (driver.program) {
      // Before the upstream's end of what the client has left is gone too.
      recordHeld('after');
      await addSystemCalls(process, events, gaps);
      await upstream.stop();
    } else {
      await upstream.stop();
      // Closed handles are let go on the next turn of the event loop.
      await setImmediate();
      recordHeld('after');
    }
    await addServerCalls(upstream, events, gaps);

    const recording = 'collect' in wire ? await wire.collect(...ports) : undefined;
    gaps.push(...unseen(plan, instruments, events, program));
    if (recording?.gap) {
      const { gap: reason, droppedPackets } = recording;
      gaps.push({ recorder: 'wire', reason, ...(droppedPackets && { droppedPackets }) });
    }
    return {
      packets: recording?.packets ?? [],
      evidence: {
        execution: plan.execution,
        client: driver.name,
        isPool: driver.isPool,
        ...(program && { program }),
        ...(upstreams.forwards(plan.script) && { isForwarded: true }),
        endpoints: endpoints.map(({ port, transport, protocol }) => ({
          port,
          transport,
          protocol,
        })),
        events,
        gaps,
        packetCount: recording ? recording.packets.length : null,
        elapsedMs: (nowUs() - startedUs) / 1000,
        waitedMs,
      },
    };
  } finally {
    await teardown.unwind();
  }
}

/** Of a server under test, which has been stopped; other upstreams have none to add. */
async function addServerCalls(
  { systemCalls }: RunningScript,
  events: RecordedEvent[],
  gaps: Gap[],
): Promise<void> {
  const served = await systemCalls?.();
  if (!served) return;
  events.push(...served.calls);
  if (served.gap !== undefined) gaps.push({ recorder: 'syscalls', reason: served.gap });
}

/** What follows from the plan alone: what nobody was there to see. */
function unseen(
  { driver }: Plan,
  { wire }: Instruments,
  events: readonly RecordedEvent[],
  program: ProgramFacts | undefined,
): Gap[] {
  const gaps: Gap[] = [];
  const isSilent = !events.some((e) => e.source === 'client' && e.type === 'checkout');
  if (driver.isPool && tellsLending(program) && isSilent) {
    gaps.push({ recorder: 'client', reason: `${driver.name} published no checkout` });
  }
  if ('unavailable' in wire) gaps.push({ recorder: 'wire', reason: wire.unavailable });
  return gaps;
}

/** Undone by what is returned. Throws an Error where the ports are everybody's. */
function takePortsAway(localPorts: number): () => void {
  if (sandboxState().isInside) return limitLocalPorts(localPorts);
  throw new Error('local ports run out only in a network namespace of the run itself');
}

/** On the machine itself a rule that drops packets would be everybody's. */
function whyNoLoss(): string | null {
  if (sandboxState().isInside) return null;
  return 'packets are dropped only in a network namespace of the run itself; run without --no-sandbox';
}

/** Where clients connect: a server with UDP and TCP on one port is one target. */
function targetsOf(endpoints: readonly Endpoint[]): Target[] {
  return endpoints
    .filter(({ port }, at) => endpoints.findIndex((other) => other.port === port) === at)
    .map(({ host, port }) => ({ host, port }));
}

function startSockets(
  endpoints: readonly Endpoint[],
  record: (event: RecordedEvent) => void,
  gaps: Gap[],
  teardown: Teardown,
): SocketsRecorder | undefined {
  const portsOver = (wanted: Transport) =>
    new Set(endpoints.flatMap(({ transport, port }) => (transport === wanted ? [port] : [])));
  // UDP has no states to ask for.
  if (portsOver('tcp').size === 0) return undefined;
  try {
    const sockets = recordSockets(record, portsOver('udp'));
    teardown.add('the sockets recorder', () => sockets.stop());
    return sockets;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    gaps.push({ recorder: 'sockets', reason: error.message });
    return undefined;
  }
}

/** Time in which the client was not let run, which is no idleness of the event loop. */
function stalledMs(workload: readonly WorkloadStep[]): number {
  return workload.reduce((sum, step) => sum + (step.kind === 'stall' ? step.ms : 0), 0);
}
