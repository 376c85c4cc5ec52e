/**
 * A run as the real thing records it: an idle close survived, the kernel's own sequence, a pool
 * that retries twice, a capture with a hole, and one scenario made of hostile text.
 */
import type { Event, Operation, Side, TcpFlag, TcpState } from '../../harness/event.ts';
import {
  type ExecutionResult,
  formatVersion,
  type Judgement,
  type ReceiptResult,
  type RunResult,
  type ScenarioResult,
  type Termination,
} from '../../harness/result.ts';
import type { Timeline } from '../../harness/timeline.ts';
import type { Payload, ReportSource } from '../../reports/source.ts';

const startUs = 1_780_000_000_000_000;
const first = '127.0.0.1:38006->127.0.0.1:46195';
const second = '127.0.0.1:38012->127.0.0.1:46195';

/** Everything a terminal, a page or a TAP reader could be made to obey. */
export const hostile = {
  script: '<script>alert(1)</script>',
  escape: '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  cdata: ']]><svg onload=alert(1)>',
  override: 'safe\u202egnp.exe\u202c\u200b',
  newline: 'first\nBail out! second\r\nok 99 - third\n  ---\n',
  attribute: '" onmouseover="alert(1)\' `',
  tap: '# TODO \\ # SKIP {',
  workflow: '::error file=a.ts,line=1::50%25 %0A::stop-commands::x\r##[group]',
  markdown: '| a \\| `b` **c** [d](javascript:1) &amp; </details> ~~e~~ $f$ https://g.example',
  unfit: '\u0000\u0008\ufffe\uffff\ud800 \u{1f600}',
} as const;
export const allHostile = Object.values(hostile).join(' ');

/** Events written down in order, each some microseconds after the one before. */
class Recording {
  readonly events: Event[] = [];
  #nowUs = startUs;
  #frame = 0;

  add(afterUs: number, event: Record<string, unknown>): this {
    this.#nowUs += afterUs;
    this.events.push({ atUs: this.#nowUs, ...event } as Event);
    return this;
  }

  wire(
    afterUs: number,
    tuple: string,
    from: Side,
    flags: TcpFlag[],
    seq: number,
    ack: number,
    more: { length?: number; messages?: string[] } = {},
  ): this {
    this.#frame += 1;
    return this.add(afterUs, {
      source: 'wire',
      type: 'packet',
      tuple,
      from,
      flags,
      relativeSeq: seq,
      relativeAck: ack,
      length: more.length ?? 0,
      window: 512,
      frame: this.#frame,
      messages: more.messages ?? [],
      requestKeys: [],
    });
  }

  client(afterUs: number, type: string, tuple?: string, more: Record<string, unknown> = {}): this {
    const on = tuple === undefined ? {} : { tuple };
    return this.add(afterUs, { source: 'client', type, ...on, ...more });
  }

  upstream(afterUs: number, type: string, tuple: string, more: Record<string, unknown> = {}): this {
    const ordinal = tuple === first ? 1 : 2;
    return this.add(afterUs, { source: 'upstream', type, tuple, ordinal, ...more });
  }

  state(afterUs: number, tuple: string, side: Side, state: TcpState): this {
    return this.add(afterUs, { source: 'sockets', type: 'state', tuple, side, state });
  }

  request(afterUs: number, request: number, operation: Operation): this {
    return this.add(afterUs, { source: 'workload', type: 'request', request, operation });
  }

  outcome(afterUs: number, request: number, outcome: Record<string, unknown>): this {
    return this.add(afterUs, { source: 'workload', type: 'outcome', request, outcome });
  }

  held(afterUs: number, moment: 'before' | 'after'): this {
    return this.add(afterUs, {
      source: 'resources',
      type: 'held',
      moment,
      descriptors: 1,
      timers: 0,
    });
  }
}

const query = (name: string): Operation => ({ kind: 'query', name, type: 'A' });

function opening(record: Recording, tuple: string): Recording {
  return record
    .client(30, 'dial', tuple)
    .wire(42, tuple, 'client', ['SYN'], 0, 0)
    .state(3, tuple, 'client', 'SYN_SENT')
    .wire(9, tuple, 'upstream', ['SYN', 'ACK'], 0, 1)
    .wire(11, tuple, 'client', ['ACK'], 1, 1)
    .state(4, tuple, 'client', 'ESTABLISHED')
    .upstream(61, 'accepted', tuple)
    .state(2, tuple, 'upstream', 'ESTABLISHED')
    .client(38, 'connected', tuple);
}

function exchange(record: Recording, tuple: string, request: number, name: string): Recording {
  return record
    .client(12, 'checkout', tuple, { request, reused: false })
    .client(21, 'io', tuple, { call: 'send', bytes: 29 })
    .wire(8, tuple, 'client', ['PSH', 'ACK'], 1, 1, { length: 29, messages: [`query A ${name}`] })
    .wire(7, tuple, 'upstream', ['ACK'], 1, 30)
    .upstream(88, 'received', tuple, { key: `A ${name}`, bytes: 29 })
    .upstream(40, 'served', tuple, { key: `A ${name}`, answer: '192.0.2.1', bytes: 45 })
    .wire(10, tuple, 'upstream', ['PSH', 'ACK'], 1, 30, {
      length: 45,
      messages: [`answer A ${name} 192.0.2.1`],
    })
    .wire(6, tuple, 'client', ['ACK'], 30, 46)
    .client(70, 'io', tuple, { call: 'recv', bytes: 45 })
    .outcome(30, request, { status: 'answered', answer: '192.0.2.1' })
    .client(5, 'repool', tuple)
    .client(2, 'stats', undefined, { stats: { active: 1, destroyed: 0, retries: 0 } });
}

function teardown(record: Recording, tuple: string): Recording {
  return record
    .add(400, { source: 'workload', type: 'closing' })
    .client(25, 'destroy', tuple, { reason: 'pool closed' })
    .wire(30, tuple, 'client', ['FIN', 'ACK'], 30, 46)
    .state(3, tuple, 'client', 'FIN_WAIT_1')
    .wire(8, tuple, 'upstream', ['ACK'], 46, 31)
    .state(5, tuple, 'client', 'FIN_WAIT_2')
    .state(1, tuple, 'upstream', 'CLOSE_WAIT')
    .upstream(60, 'peer-eof', tuple)
    .wire(44, tuple, 'upstream', ['FIN', 'ACK'], 46, 31)
    .wire(9, tuple, 'client', ['ACK'], 31, 47)
    .state(3, tuple, 'client', 'TIME_WAIT')
    .state(2, tuple, 'upstream', 'CLOSED')
    .held(200, 'after');
}

function idleClose(): Timeline {
  const record = new Recording().held(0, 'before').request(310, 1, query('a.example'));
  exchange(opening(record, first), first, 1, 'a.example')
    .add(60, { source: 'workload', type: 'step', text: 'wait until the upstream has closed' })
    .upstream(20_090, 'fired', first, {
      step: 'close',
      text: 'close the connection (FIN)',
      bytesRead: 29,
      bytesSent: 45,
      bytesUnread: 0,
      receipts: [{ segment: 'FIN', relativeSeq: 46, length: 0 }],
    })
    .wire(18, first, 'upstream', ['FIN', 'ACK'], 46, 30)
    .state(4, first, 'upstream', 'FIN_WAIT_1')
    .wire(6, first, 'client', ['ACK'], 30, 47)
    .state(5, first, 'client', 'CLOSE_WAIT')
    .state(2, first, 'upstream', 'FIN_WAIT_2')
    .request(240, 2, query('b.example'))
    .client(5, 'probe', first)
    .client(9, 'io', first, { call: 'peek', error: 'EOF' })
    .client(6, 'stale', first, { reason: 'EOF', found: 'probe' })
    .client(4, 'log', first, {
      level: 'DEBUG',
      text: 'connection to 127.0.0.1:46195 is stale (EOF), closing it',
    })
    .client(9, 'destroy', first, { reason: 'stale' })
    .wire(24, first, 'client', ['FIN', 'ACK'], 30, 47)
    .state(3, first, 'client', 'TIME_WAIT')
    .wire(5, first, 'upstream', ['ACK'], 47, 31)
    .state(4, first, 'upstream', 'CLOSED')
    .state(2, first, 'client', 'CLOSED');
  exchange(opening(record, second), second, 2, 'b.example');
  teardown(record, second);
  return { connections: [first, second], events: record.events, gaps: [] };
}

/** A raw client that goes on writing: what the kernel says, call by call. */
function brokenPipe(): Timeline {
  const send = (bytes: string): Operation => ({ kind: 'send', bytes });
  const record = new Recording().request(0, 1, { kind: 'connect' });
  opening(record, first)
    .outcome(5, 1, { status: 'answered', answer: 'connected' })
    .upstream(90, 'fired', first, {
      step: 'close',
      text: 'close the connection (FIN)',
      bytesRead: 0,
      bytesSent: 0,
      bytesUnread: 0,
      receipts: [{ segment: 'FIN', relativeSeq: 1, length: 0 }],
    })
    .wire(16, first, 'upstream', ['FIN', 'ACK'], 1, 1)
    .state(4, first, 'upstream', 'FIN_WAIT_1')
    .wire(7, first, 'client', ['ACK'], 1, 2)
    .state(5, first, 'client', 'CLOSE_WAIT')
    .state(3, first, 'upstream', 'FIN_WAIT_2')
    .request(120, 2, send('b'))
    .client(8, 'io', first, { call: 'send', bytes: 1 })
    .wire(9, first, 'client', ['PSH', 'ACK'], 1, 2, { length: 1, messages: ['1 B "b"'] })
    .wire(12, first, 'upstream', ['RST'], 2, 0)
    .state(3, first, 'client', 'CLOSED')
    .state(2, first, 'upstream', 'CLOSED')
    .outcome(4, 2, { status: 'answered', answer: '1 B' })
    .request(40, 3, send('c'))
    .client(7, 'io', first, { call: 'send', error: 'EPIPE' })
    .outcome(5, 3, { status: 'failed', error: 'EPIPE', message: 'broken pipe' })
    .request(33, 4, { kind: 'recv', maxBytes: 512 })
    .client(6, 'io', first, { call: 'recv', error: 'EOF' })
    .outcome(5, 4, { status: 'failed', error: 'EOF', message: 'end of file' })
    .add(90, { source: 'workload', type: 'closing' });
  return { connections: [first], events: record.events, gaps: [] };
}

/** The request is read and the connection reset; the same happens to its retry. */
function resetTwice(): Timeline {
  const record = new Recording().request(0, 1, query('w.example'));
  for (const tuple of [first, second]) {
    opening(record, tuple)
      .client(12, 'checkout', tuple, { request: 1, reused: false })
      .client(15, 'io', tuple, { call: 'send', bytes: 29 })
      .wire(8, tuple, 'client', ['PSH', 'ACK'], 1, 1, {
        length: 29,
        messages: ['query A w.example'],
      })
      .wire(6, tuple, 'upstream', ['ACK'], 1, 30)
      .upstream(77, 'received', tuple, { key: 'A w.example', bytes: 29 })
      .upstream(9, 'fired', tuple, {
        step: 'reset',
        text: 'reset the connection (RST)',
        bytesRead: 29,
        bytesSent: 0,
        bytesUnread: 0,
        receipts: [{ segment: 'RST', relativeSeq: 1, length: 0 }],
      })
      .wire(11, tuple, 'upstream', ['RST', 'ACK'], 1, 30)
      .state(4, tuple, 'client', 'CLOSED')
      .state(2, tuple, 'upstream', 'CLOSED')
      .client(40, 'io', tuple, { call: 'recv', error: 'ECONNRESET' })
      .client(6, 'destroy', tuple, { reason: 'ECONNRESET' })
      .client(4, 'retry', tuple, { cause: 'ECONNRESET' });
  }
  record
    .outcome(12, 1, {
      status: 'failed',
      error: 'ECONNRESET',
      message: 'connection reset by peer after 2 retries',
    })
    .add(120, { source: 'workload', type: 'closing' });
  return { connections: [first, second], events: record.events, gaps: [] };
}

function withHole(): Timeline {
  const whole = idleClose();
  return {
    ...whole,
    events: whole.events.filter((event) => event.source !== 'wire' || event.frame < 9),
    gaps: [{ recorder: 'wire', reason: 'the kernel dropped 22 packets of this capture' }],
  };
}

function hostileTimeline(): Timeline {
  const record = new Recording();
  opening(record, first)
    .wire(9, first, 'client', ['PSH', 'ACK'], 1, 1, { length: 60, messages: [allHostile] })
    .upstream(9, 'received', first, { key: allHostile, bytes: 60 })
    .upstream(9, 'served', first, { key: allHostile, answer: allHostile, bytes: 9 })
    .client(9, 'log', first, { level: 'ERROR', text: allHostile })
    .client(9, 'destroy', first, { reason: allHostile })
    .add(9, { source: 'workload', type: 'stuck', text: allHostile });
  const gaps = [{ recorder: 'client' as const, reason: allHostile }];
  return { connections: [first], events: record.events, gaps };
}

const timelines = { idleClose, brokenPipe, resetTwice, withHole, hostileTimeline };
type TimelineName = keyof typeof timelines;

function judgement(rule: string, title: string, actual: string): Judgement {
  return { rule, title, verdict: 'pass', expected: actual, actual, where: '', next: '' };
}

const settled = judgement(
  'every-request-settles',
  'every request settles before its deadline',
  '2 of 2 requests settled',
);

function finReceipt(frame: number | null): ReceiptResult {
  return {
    step: 'close the connection (FIN)',
    connection: 1,
    tuple: first,
    promised: { segment: 'FIN', relativeSeq: 46, length: 0 },
    frame,
    verdict: frame === null ? 'unknown' : 'pass',
    note: frame === null ? 'the capture has a gap' : '',
  };
}

/** Every FIN and RST of a timeline, as a judge lists them. */
function terminationsOf({ connections, events }: Timeline): Termination[] {
  return events.flatMap((event) => {
    if (event.source !== 'wire') return [];
    const flag = (['RST', 'FIN'] as const).find((name) => event.flags.includes(name));
    if (flag === undefined) return [];
    const { tuple, from, relativeSeq, frame } = event;
    return [{ connection: connections.indexOf(tuple) + 1, tuple, from, flag, relativeSeq, frame }];
  });
}

/** Which timeline belongs to which execution of the fixture. */
const timelineNameOf = new WeakMap<ExecutionResult, TimelineName>();

function execution(timeline: TimelineName, more: Partial<ExecutionResult>): ExecutionResult {
  const name = more.name ?? 'main';
  const made: ExecutionResult = {
    name,
    client: 'dns-pool',
    purpose: 'the client against the faults',
    verdict: 'pass',
    judgements: [settled],
    receipts: [],
    terminations: terminationsOf(timelines[timeline]()),
    errorSequences: [],
    faultResponse: 'transparent',
    pcap: `${name}.pcap`,
    elapsedMs: 23.4,
    waitedMs: 20,
    ...more,
  };
  timelineNameOf.set(made, timeline);
  return made;
}

const control = execution('idleClose', {
  name: 'control',
  purpose: 'the same workload without the faults',
  elapsedMs: 2.1,
  waitedMs: 0,
  faultResponse: null,
});

const idleScenario: ScenarioResult = {
  path: 'dns/idle-connection-closed.ts',
  folder: 'dns/idle-connection-closed',
  title: 'idle connection closed by the upstream, then reused',
  claims: ['000.2', '000.4', 'F1'],
  protocol: 'dns-tcp',
  client: 'dns-pool',
  verdict: 'pass',
  reason: 'The probe found the FIN at checkout, and the query went out on a new connection.',
  script: [
    'connection 1: answer 1 request, wait until idle for 20 ms, close the connection (FIN)',
    'every other connection: answer all requests',
  ],
  workload: ['query A a.example', 'wait until the upstream has closed', 'query A b.example'],
  executions: [
    execution('idleClose', {
      judgements: [
        settled,
        judgement('connections-opened', '2 connections are opened', '2 connections'),
        judgement('pool-counts', 'the pool destroyed 1 and retried 0', 'destroyed 1, retries 0'),
      ],
      receipts: [finReceipt(8)],
      errorSequences: [
        { connection: 1, tokens: ['EOF'] },
        { connection: 2, tokens: [] },
      ],
    }),
    control,
    execution('brokenPipe', {
      name: 'counter',
      client: 'naive-dns-pool',
      purpose: 'a pool that never looks before it writes fails on request 2',
      judgements: [
        {
          ...settled,
          rule: 'every-request-answered',
          title: 'every request is answered',
          verdict: 'fail',
          expected: '2 answers',
          actual: 'request 2 failed with EPIPE',
          where: 'request 2, connection #1',
        },
      ],
      errorSequences: [{ connection: 1, tokens: ['RST', 'EPIPE', 'EOF'] }],
      faultResponse: 'poisoned',
    }),
  ],
  repeat: 'pipewrench run scenarios/dns/idle-connection-closed.ts',
};

const pipeScenario: ScenarioResult = {
  ...idleScenario,
  path: 'sockets/peer-closed-write-read.ts',
  folder: 'sockets/peer-closed-write-read',
  title: 'the peer has read everything and closes: write, write, read',
  claims: ['003.1', '004.5'],
  protocol: 'raw',
  client: 'raw',
  reason: 'The first write draws a RST, the second fails with EPIPE, the read says EOF.',
  script: ['connection 1: close the connection (FIN)'],
  workload: ['connect', 'send "b"', 'send "c"', 'recv, at most 512 B'],
  executions: [
    execution('brokenPipe', {
      client: 'raw',
      errorSequences: [{ connection: 1, tokens: ['RST', 'EPIPE', 'EOF'] }],
      receipts: [{ ...finReceipt(4), promised: { segment: 'FIN', relativeSeq: 1, length: 0 } }],
      faultResponse: null,
      elapsedMs: 0.9,
      waitedMs: 0,
    }),
  ],
  repeat: 'pipewrench run scenarios/sockets/peer-closed-write-read.ts',
};

const retryScenario: ScenarioResult = {
  ...idleScenario,
  path: 'dns/reset-during-exchange.ts',
  folder: 'dns/reset-during-exchange',
  title: 'reset while the answer is awaited, on every connection',
  claims: ['000.5', '000.7'],
  verdict: 'fail',
  reason: 'Request 1 was retried 2 times; one retry is allowed.',
  script: ['every connection: read 1 request, reset the connection (RST)'],
  workload: ['query A w.example'],
  executions: [
    execution('resetTwice', {
      verdict: 'fail',
      judgements: [
        settled,
        {
          rule: 'retries-are-bounded',
          title: 'a request is retried at most once',
          verdict: 'fail',
          expected: 'at most 1 retry of a request',
          actual: '2 retries of request 1',
          where: 'request 1, connections #1 and #2, frames 6 and 12',
          next: 'look at what the client does after the second ECONNRESET',
        },
      ],
      receipts: [
        {
          ...finReceipt(6),
          step: 'reset the connection (RST)',
          promised: { segment: 'RST', relativeSeq: 1, length: 0 },
        },
        {
          ...finReceipt(12),
          step: 'reset the connection (RST)',
          connection: 2,
          tuple: second,
          promised: { segment: 'RST', relativeSeq: 1, length: 0 },
        },
      ],
      errorSequences: [
        { connection: 1, tokens: ['RST', 'ECONNRESET'] },
        { connection: 2, tokens: ['RST', 'ECONNRESET'] },
      ],
      faultResponse: 'surfaced',
      elapsedMs: 1.4,
      waitedMs: 0,
    }),
    control,
  ],
  repeat: 'pipewrench run scenarios/dns/reset-during-exchange.ts',
};

const holeScenario: ScenarioResult = {
  ...idleScenario,
  path: 'dns/idle-under-load.ts',
  folder: 'dns/idle-under-load',
  title: 'idle connection closed while others are busy',
  claims: ['000.10'],
  verdict: 'unknown',
  reason: 'The capture lost packets, so the FIN could not be shown to have arrived.',
  executions: [
    execution('withHole', {
      verdict: 'unknown',
      receipts: [finReceipt(null)],
      judgements: [
        settled,
        {
          ...judgement('dead-never-lent', 'a dead connection is never lent again', ''),
          verdict: 'unknown',
          expected: 'no checkout after the FIN',
          actual: 'the wire recorder missed 22 packets',
          next: 'run it again with a larger capture buffer',
        },
      ],
      errorSequences: [{ connection: 1, tokens: ['EOF'] }],
      faultResponse: 'transparent',
    }),
  ],
  repeat: 'pipewrench run scenarios/dns/idle-under-load.ts',
};

const hostileScenario: ScenarioResult = {
  path: `hostile/${allHostile}.ts`,
  // A file system takes all of it but one character.
  folder: Object.values(hostile).join('/').replaceAll('\0', ''),
  title: allHostile,
  claims: [allHostile],
  protocol: allHostile,
  client: allHostile,
  verdict: 'fail',
  reason: allHostile,
  script: [allHostile],
  workload: [allHostile],
  executions: [
    execution('hostileTimeline', {
      client: allHostile,
      purpose: allHostile,
      verdict: 'fail',
      judgements: [
        {
          rule: allHostile,
          title: allHostile,
          verdict: 'fail',
          expected: allHostile,
          actual: allHostile,
          where: allHostile,
          next: allHostile,
        },
      ],
      receipts: [{ ...finReceipt(null), step: allHostile, note: allHostile }],
      errorSequences: [{ connection: 1, tokens: [allHostile] }],
      faultResponse: 'crashed',
    }),
  ],
  repeat: allHostile,
};

const machine = {
  pipewrench: '0.1.0',
  node: '20.20.2',
  kernel: '6.18.0',
  sandbox: 'own user and network namespace',
  capture: 'tcpdump 4.99.3, libpcap 1.10.3',
};

function runOf(scenarios: ScenarioResult[]): RunResult {
  return {
    format: formatVersion,
    startedAt: '2026-02-03T10:20:30.000Z',
    finishedAt: '2026-02-03T10:20:31.250Z',
    interrupted: false,
    command: 'pipewrench run --reporter html scenarios/',
    machine,
    planned: scenarios.length,
    scenarios,
    skipped: [],
  };
}

export const scenarios = {
  pass: idleScenario,
  raw: pipeScenario,
  fail: retryScenario,
  unknown: holeScenario,
  hostile: hostileScenario,
} as const;

export const friendlyRun = runOf([idleScenario, pipeScenario, retryScenario, holeScenario]);
export const hostileRun: RunResult = {
  ...runOf([hostileScenario]),
  skipped: [{ path: allHostile, title: allHostile, reason: allHostile }],
  command: allHostile,
  startedAt: allHostile,
  machine: {
    pipewrench: allHostile,
    node: allHostile,
    kernel: allHostile,
    sandbox: allHostile,
    capture: allHostile,
  },
};
export const interruptedRun: RunResult = { ...friendlyRun, interrupted: true, planned: 9 };

export const timelineNames = Object.keys(timelines) as TimelineName[];
export function timelineOf(name: TimelineName): Timeline {
  return timelines[name]();
}

/** The header of a classic pcap file, little-endian, microseconds, Ethernet, and no packet. */
export const emptyPcap = Uint8Array.from([
  0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
]);

/** As many bytes as the packets say, and their messages as fields. */
function payloadsIn(timeline: Timeline | undefined): Map<number, Payload> {
  const payloads = new Map<number, Payload>();
  for (const event of timeline?.events ?? []) {
    if (event.source !== 'wire' || event.length === 0) continue;
    const bytes = Uint8Array.from({ length: event.length }, (_, index) => (index * 7) % 256);
    const messages = event.messages.map((text) => ({
      title: 'DNS query',
      fields: [['question', text]] as const,
    }));
    payloads.set(event.frame, { bytes, messages });
  }
  return payloads;
}

export const clauses = [
  { id: '000.2', text: 'At checkout, a connection that a probe finds closed is stale' },
  { id: '000.5', text: 'A failure during an exchange leads to exactly one retry' },
  { id: 'F1', text: 'FIN on an idle connection' },
  { id: 'F2', text: 'FIN between checkout and the first byte' },
] as const;

export function sourceOf(run: RunResult): ReportSource {
  const timeline = (_: ScenarioResult, execution: ExecutionResult) => {
    const name = timelineNameOf.get(execution);
    return name === undefined ? undefined : timelineOf(name);
  };
  return {
    run,
    timeline,
    pcap: (_, { pcap }) => (pcap === null ? undefined : emptyPcap),
    payloads: (scenario, execution) => payloadsIn(timeline(scenario, execution)),
    clauses,
  };
}
