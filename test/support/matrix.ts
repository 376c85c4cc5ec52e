/**
 * Every step on every protocol that it claims: a small script for each pair, a client in its fewest
 * bytes, a capture, and the receipts that came of it.
 */
import { upstreamDriver } from '../../fake-servers/driver.ts';
import {
  fullBacklogUntil,
  type ListenerPhase,
  phaseDefinitions,
  refuseUntil,
} from '../../fake-servers/listener.ts';
import { protocols } from '../../fake-servers/protocols/index.ts';
import type { Protocol } from '../../fake-servers/protocols/protocol.ts';
import { worksWith } from '../../fake-servers/reference.ts';
import { connections, listener, type UpstreamScript } from '../../fake-servers/script.ts';
import {
  answer,
  definitionOf,
  definitions,
  type Step,
  serveUntil,
  stopReading,
  untilGate,
  untilIdle,
  vanish,
} from '../../fake-servers/step.ts';
import { noProof } from '../../fake-servers/steps/definition.ts';
import type { ClientDriver } from '../../harness/client.ts';
import { collect, type Instruments } from '../../harness/collect.ts';
import { checkReceipts } from '../../harness/expect/receipts.ts';
import { join } from '../../harness/join.ts';
import type { WireRecorder } from '../../harness/recorders/wire.ts';
import type { ReceiptResult } from '../../harness/result.ts';
import { call, fired, open, type WorkloadStep } from '../../harness/workload.ts';
import { datagramProbeDriver, probeDriver } from './probe.ts';
import { tlsProbeDriver } from './tls-probe.ts';

export interface Cell {
  kind: string;
  protocol: string;
  script: UpstreamScript;
  workload: WorkloadStep[];
  /** Whether something of the step is on the wire. */
  isProved: boolean;
}

/** What the client says: its request, whatever the operation holds. */
const ask = call.send('request');
const askOften = call.send('often');
const askLast = call.send('last');
const answered = call.recv(1);

/** All pairs, in the order of the reference. */
export function cells(): Cell[] {
  const steps = Object.values(definitions).flatMap((definition) =>
    protocols
      .filter((protocol) => worksWith(definition, protocol))
      .map((protocol) => cellOf(definition.example as Step, protocol)),
  );
  const phases = phaseDefinitions.flatMap(({ kind, transports }) =>
    protocols
      .filter(({ transport }) => transports.includes(transport))
      .map((protocol) => phaseCell(kind, protocol)),
  );
  return [...steps, ...phases];
}

/** The kernel of a busy machine takes its time to hand over the segment that closes a window. */
const late = untilIdle({ ms: 20 });

function cellOf(step: Step, { name }: Protocol): Cell {
  const { kind } = step;
  const proof = definitionOf(step).proof;
  const cell = { kind, protocol: name, isProved: proof !== noProof && kind !== 'come-back' };
  const plain = (before: Step[], ...said: WorkloadStep[]): Cell => ({
    ...cell,
    script: connections([...before, step, ...after(step)]),
    workload: [call.connect(), ...said],
  });
  switch (kind) {
    case 'certificate':
      return plain([], fired(kind));
    case 'read':
      return plain([], ask, fired(kind));
    case 'answer':
      return plain([], ask, answered, ask, answered);
    case 'serve-until':
      return plain([], ask, fired(kind));
    case 'server-closes':
      return plain([answer(1)], ask, answered, askLast, fired(kind));
    case 'until-gate':
      return plain([answer(1)], ask, answered, open('go'), fired(kind));
    case 'answer-reversed':
      return plain([answer(1)], ask, answered, ask, ask, fired(kind));
    case 'stop-reading':
      return plain([answer(1)], ask, answered, askOften, fired(late.kind));
    case 'resume-reading':
      return plain(
        [answer(1), stopReading(), untilGate('closed'), late],
        ask,
        answered,
        askOften,
        fired('stop-reading'),
        open('closed'),
        fired(kind),
        ask,
      );
    case 'vanish':
      return plain([answer(1)], ask, answered, fired(kind), ask);
    case 'come-back':
      return plain(
        [answer(1), vanish(), untilGate('back')],
        ask,
        answered,
        fired('vanish'),
        ask,
        open('back'),
        fired(kind),
      );
    case 'announce-idle':
    case 'send-response':
    case 'swallow':
    case 'answer-twice':
    case 'answer-wrong-id':
    case 'truncate':
    case 'corrupt':
    case 'drip':
      return plain([answer(1)], ask, answered, ask, fired(kind));
    case 'until-idle':
    case 'delay':
    case 'send':
    case 'push':
    case 'farewell':
    case 'close-notify':
    case 'half-close':
    case 'close':
    case 'reset':
      return plain([answer(1)], ask, answered, fired(kind));
  }
}

/** So that what the step did is not the end of the connection by itself. */
function after(step: Step): Step[] {
  if (definitionOf(step).endsConnection || step.kind === 'answer') return [];
  return [...(step.kind === 'stop-reading' ? [late] : []), untilGate('never')];
}

function phaseCell(kind: ListenerPhase['kind'], { name }: Protocol): Cell {
  const phase = kind === 'refuse' ? refuseUntil('up') : fullBacklogUntil('up');
  return {
    kind,
    protocol: name,
    isProved: true,
    script: listener([phase], connections([serveUntil({ gate: 'never' })])),
    workload: [call.connect(), open('up'), fired(kind)],
  };
}

export interface CellResult {
  receipts: ReceiptResult[];
  /** Why the step did not come to pass; undefined when it fired. */
  missing: string | undefined;
}

/** Where a connection never comes about, nobody should wait for it for long. */
const patienceMs = { usual: 1500, inVain: 50 };

/** They read from the first byte on, and so what was to be the handshake. */
const readFirst = new Set(['read', 'serve-until']);

function driverFor({ kind, protocol, workload }: Cell): ClientDriver {
  const isInVain = readFirst.has(kind) || !workload.includes(ask);
  const patience = isInVain ? patienceMs.inVain : patienceMs.usual;
  if (protocol.endsWith('-tls')) return tlsProbeDriver(protocol, patience);
  return protocol.endsWith('-udp')
    ? datagramProbeDriver(protocol)
    : probeDriver(protocol, patience);
}

/** Plays the pair once. */
export async function playCell(cell: Cell, wire: WireRecorder): Promise<CellResult> {
  const driver = driverFor(cell);
  const instruments: Instruments = {
    upstream: upstreamDriver,
    wire,
    signal: new AbortController().signal,
  };
  const { evidence, packets } = await collect(
    {
      execution: 'main',
      protocol: cell.protocol,
      script: cell.script,
      workload: cell.workload,
      clock: 'real',
      deadlineMs: 2000,
      settings: {},
      driver,
    },
    instruments,
  );
  const timeline = join(evidence, packets);
  const hasFired = evidence.events.some(
    (e) =>
      e.source === 'upstream' &&
      (e.type === 'fired' || e.type === 'listener') &&
      e.step === cell.kind,
  );
  const why = evidence.events.flatMap((e) =>
    (e.source === 'workload' && e.type === 'stuck') ||
    (e.source === 'upstream' && e.type === 'malformed')
      ? ['text' in e ? e.text : e.reason]
      : [],
  );
  const isPlayed = hasFired || cell.kind === 'answer';
  return {
    receipts: checkReceipts(timeline).filter(({ promised }) => promised !== null),
    missing:
      isPlayed && evidence.gaps.length === 0
        ? undefined
        : [...why, ...evidence.gaps.map((g) => g.reason)].join('; ') || 'it never fired',
  };
}

/** Why the pair does not hold; undefined when every receipt is in the capture. */
export function whyNot({ isProved }: Cell, { receipts, missing }: CellResult): string | undefined {
  if (missing) return missing;
  const unproved = receipts.find(({ verdict }) => verdict !== 'pass');
  if (unproved) return `${unproved.step}: ${unproved.note}`;
  return isProved && receipts.length === 0 ? 'nothing was promised' : undefined;
}
