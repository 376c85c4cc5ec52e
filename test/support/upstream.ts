/** A fake upstream whose events are kept and waited for, unwound when the test ends. */
import type { Protocol } from '../../fake-servers/protocols/protocol.ts';
import { raw } from '../../fake-servers/protocols/raw.ts';
import { connections } from '../../fake-servers/script.ts';
import type { Step } from '../../fake-servers/step.ts';
import {
  type RunningUpstream,
  startUpstream,
  type UpstreamOptions,
} from '../../fake-servers/upstream.ts';
import {
  eventSchema,
  type Receipt,
  type Unstamped,
  type UpstreamEvent,
} from '../../harness/event.ts';
import { digestOf } from '../../harness/keys.ts';
import { TcpSocket } from '../../kernel/tcp-socket.ts';
import { until } from './turns.ts';

export type Recorded = Unstamped<UpstreamEvent>;
type OfType<T extends Recorded['type']> = Extract<Recorded, { type: T }>;

interface Unwinds {
  teardown(run: () => void | Promise<void>): void;
}

export interface Played {
  upstream: RunningUpstream;
  events: Recorded[];
  of<T extends Recorded['type']>(type: T): OfType<T>[];
  /** Kinds of the steps fired, of one connection or of all. */
  fired(ordinal?: number): string[];
  /** Resolves when this many events of the type were recorded. */
  recorded(type: Recorded['type'], count?: number): Promise<void>;
  hasFired(step: Step['kind'], count?: number): Promise<void>;
  connect(): Promise<TcpSocket>;
}

interface PlayOptions {
  protocol?: Protocol;
  onEvent?: (event: Recorded) => void;
  options?: UpstreamOptions;
}

export function playUpstream(
  t: Unwinds,
  scripts: Step[][],
  { protocol = raw, onEvent, options = {} }: PlayOptions = {},
): Played {
  const events: Recorded[] = [];
  const record = (event: Recorded) => {
    // Throws for an event that the harness would refuse.
    eventSchema.parse({ ...event, atUs: 1 });
    events.push(event);
    onEvent?.(event);
  };
  const upstream = startUpstream(connections(...scripts), protocol, record, options);
  t.teardown(() => upstream.stop());
  const of = <T extends Recorded['type']>(type: T) =>
    events.filter((event): event is OfType<T> => event.type === type);
  const fired = (ordinal?: number) =>
    of('fired')
      .filter((event) => ordinal === undefined || event.ordinal === ordinal)
      .map(({ step }) => step);
  return {
    upstream,
    events,
    of,
    fired,
    recorded: (type, count = 1) =>
      until(`${count} times "${type}" is recorded`, () => of(type).length >= count),
    hasFired: (step, count = 1) =>
      until(
        `"${step}" fired ${count} times`,
        () => fired().filter((kind) => kind === step).length >= count,
      ),
    async connect() {
      const socket = await TcpSocket.connect(upstream.address);
      t.teardown(() => socket.close());
      return socket;
    },
  };
}

/** For properties: runs with an upstream of its own and unwinds it whatever happens. */
export async function withTeardown<T>(run: (t: Unwinds) => Promise<T>): Promise<T> {
  const undo: (() => void | Promise<void>)[] = [];
  try {
    return await run({ teardown: (step) => undo.push(step) });
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

/** Whether the bytes that a client got are, where a receipt says so, the ones that it promises. */
export function keepsItsWord(got: Buffer, receipts: readonly Receipt[]): boolean {
  return receipts.every((receipt) => {
    if (receipt.segment !== 'DATA') return true;
    const start = receipt.relativeSeq - 1;
    const bytes = got.subarray(start, start + receipt.length);
    const isSame = receipt.digest === undefined || receipt.digest === digestOf(bytes);
    return bytes.length === receipt.length && isSame;
  });
}
