/** Runs one execution on real sockets and returns what the recorders saw. The only impure part. */
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { nowUs } from '../kernel/clock.ts';
import { limitLocalPorts } from '../kernel/local-ports.ts';
import type { Client, ClientDriver, OpenOptions, Settings, Target } from './client.ts';
import { realClock, virtualClock } from './clocks.ts';
import { messageOf } from './errors.ts';
import {
  type Gap,
  type RecordedEvent,
  statsSchema,
  type Transport,
  type Unstamped,
  type UpstreamEvent,
} from './event.ts';
import type { Evidence } from './evidence.ts';
import { recordClient } from './recorders/client.ts';
import type { CapturedPacket } from './recorders/pcap.ts';
import { heldResources, recordSockets, type SocketsRecorder } from './recorders/sockets.ts';
import type { WireRecorder } from './recorders/wire.ts';
import type { ExecutionResult } from './result.ts';
import { sandboxState } from './sandbox.ts';
import { Teardown } from './teardown.ts';
import type { Endpoint, UpstreamDriver } from './upstream.ts';
import { within, workThrough } from './work.ts';
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
    record({
      atUs: nowUs(),
      source: 'resources',
      type: 'held',
      moment: 'before',
      ...heldResources(),
    });

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
    const crash = watchForCrash(record);
    teardown.add('the watch for a crash', crash.stop);
    const ended = AbortSignal.any([signal, crash.signal]);
    setMaxListeners(0, ended);
    const clock = plan.clock === 'virtual' ? virtualClock() : realClock;
    const options = { clock, ca, protocol, targets: targetsOf(endpoints), settings: plan.settings };
    const client = open(driver, address, options, crash.report);
    const close = (until: AbortSignal) => closeClient(client, deadlineMs, until);
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
      // Without the recorder nothing can be waited for, and its gap says why.
      clientState: (tuple) => sockets?.clientState(tuple) ?? 'CLOSED',
      sample: () => sockets?.sample(tuples),
    });
    const waitedMs = performance.eventLoopUtilization(before).idle + stalledMs(plan.workload);

    recordStats(client, record, gaps);
    record({ atUs: nowUs(), source: 'workload', type: 'closing' });
    const stuck = await close(signal);
    if (stuck) record({ atUs: nowUs(), source: 'workload', type: 'stuck', text: stuck });
    sockets?.sample(tuples);
    sockets?.stop();
    await upstream.stop();
    // Closed handles are let go on the next turn of the event loop.
    await setImmediate();
    record({
      atUs: nowUs(),
      source: 'resources',
      type: 'held',
      moment: 'after',
      ...heldResources(),
    });

    const recording = 'collect' in wire ? await wire.collect(...ports) : undefined;
    if (driver.isPool && !events.some((e) => e.source === 'client' && e.type === 'checkout')) {
      const reason = `${driver.name} published no checkout on the diagnostics channel`;
      gaps.push({ recorder: 'client', reason });
    }
    if ('unavailable' in wire) gaps.push({ recorder: 'wire', reason: wire.unavailable });
    if (recording?.gap) gaps.push({ recorder: 'wire', reason: recording.gap });
    return {
      packets: recording?.packets ?? [],
      evidence: {
        execution: plan.execution,
        client: driver.name,
        isPool: driver.isPool,
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

/**
 * A client that dies of an error that nobody catches, as Node's do of an unhandled `error` event, must
 * not take the run with it: it is a finding.
 */
function watchForCrash(record: (event: RecordedEvent) => void) {
  const crashed = new AbortController();
  setMaxListeners(0, crashed.signal);
  const report = (error: unknown) => {
    record({ atUs: nowUs(), source: 'workload', type: 'crashed', text: messageOf(error) });
    crashed.abort();
  };
  const causes = ['uncaughtException', 'unhandledRejection'] as const;
  for (const cause of causes) process.on(cause, report);
  const stop = () => {
    for (const cause of causes) process.off(cause, report);
  };
  return { signal: crashed.signal, report, stop };
}

/** A client that cannot be opened has crashed; what is returned in its place answers nothing. */
function open(
  driver: ClientDriver,
  target: Target,
  options: OpenOptions,
  onCrash: (error: unknown) => void,
): Client {
  try {
    return driver.open(target, options);
  } catch (error) {
    onCrash(error);
    return {
      request: () => Promise.reject(error),
      stats: () => ({}),
      close: () => Promise.resolve(),
    };
  }
}

/** A client whose close() never ends, or throws, must not end the run. Resolves with what it did. */
async function closeClient(
  client: Client,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const closed = (async () => client.close())().then(
    () => undefined,
    (error: unknown) => `close() threw: ${messageOf(error)}`,
  );
  const late = () => `close() did not resolve within ${deadlineMs} ms`;
  return within(deadlineMs, closed, late, signal);
}

/** Counters are the client's own claim: without them only what leans on them suffers. */
function recordStats(client: Client, record: (event: RecordedEvent) => void, gaps: Gap[]): void {
  try {
    const stats = statsSchema.parse(client.stats());
    record({ atUs: nowUs(), source: 'client', type: 'stats', stats });
  } catch (error) {
    gaps.push({ recorder: 'client', reason: `stats() gave no counters: ${messageOf(error)}` });
  }
}

/** Time in which the client was not let run, which is no idleness of the event loop. */
function stalledMs(workload: readonly WorkloadStep[]): number {
  return workload.reduce((sum, step) => sum + (step.kind === 'stall' ? step.ms : 0), 0);
}
