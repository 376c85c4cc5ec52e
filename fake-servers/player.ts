/** Plays one script on one connection, step by step, and records what it did. */
import type { Unstamped, UpstreamEvent } from '../harness/event.ts';
import { SystemCallError } from '../kernel/socket.ts';
import type { Channel } from './channel.ts';
import type { Gates } from './gates.ts';
import { type NetworkFaults, NotPossibleHere } from './network.ts';
import { MalformedMessage } from './protocols/protocol.ts';
import { explain, isFault, perform, type Step } from './step.ts';
import type { Ending, Played, Progress, Stage } from './steps/definition.ts';
import type { Talk } from './talk.ts';

export type Record = (event: Unstamped<UpstreamEvent>) => void;

/** What is the same for all events of one connection. */
export interface Identity {
  source: 'upstream';
  tuple: string;
  /** Which accepted connection this is, counted from 1. */
  ordinal: number;
}

/** What an upstream does between the steps of its script: answer by itself, or forward. */
export interface Service {
  serve: Stage['serve'];
  /** Undefined where messages are not understood. */
  talk: Talk | undefined;
}

export interface Performance {
  of: Identity;
  channel: Channel;
  service: Service;
  steps: readonly Step[];
  gates: Gates;
  network: NetworkFaults;
  record: Record;
  /** Aborted when the upstream stops: waits end, and what is left is recorded as not fired. */
  signal: AbortSignal;
  /** Called before a step waits for a gate, when everything before it is done. */
  onGate: (gate: string) => void;
}

/** Never throws for what a client does: what goes wrong on a connection is an event of that connection. */
export async function play(performance: Performance): Promise<void> {
  const { of, steps, record } = performance;
  const acceptedAtMs = performance.channel.movedAtMs;
  for (const [index, step] of steps.entries()) {
    const ending = await attempt(performance, step, stageFor(performance, step, acceptedAtMs));
    if (ending === 'done') continue;
    for (const unplayed of steps.slice(index)) {
      if (unplayed.kind === 'answer' && unplayed.count === 'all') continue;
      record({
        ...of,
        type: 'unfired',
        step: unplayed.kind,
        text: explain(unplayed),
        reason: ending.reason,
        isFault: isFault(unplayed),
      });
    }
    return;
  }
}

async function attempt(performance: Performance, step: Step, stage: Stage): Promise<Ending> {
  const { channel, of, record, signal } = performance;
  try {
    if (signal.aborted) return { reason: 'the run was over before it was reached' };
    return await perform(stage, step);
  } catch (error) {
    if (signal.aborted || channel.isClosed) {
      return { reason: `the run was over while the script was at "${explain(step)}"` };
    }
    return brokenOff(error, step, (event) => {
      record({ ...of, ...event });
      channel.close();
    });
  }
}

type Broken = { type: 'peer-error'; error: string } | { type: 'malformed'; reason: string };

/** Rethrows what is no fault of the client. */
function brokenOff(error: unknown, step: Step, end: (event: Broken) => void): Ending {
  const at = `while the script was at "${explain(step)}"`;
  if (error instanceof SystemCallError) {
    end({ type: 'peer-error', error: error.code });
    return { reason: `${error.message} ${at}` };
  }
  if (error instanceof MalformedMessage) {
    end({ type: 'malformed', reason: error.message });
    return { reason: `the client sent what is no message (${error.message}) ${at}` };
  }
  if (error instanceof NotPossibleHere) return { reason: error.message };
  throw error;
}

function stageFor(performance: Performance, step: Step, acceptedAtMs: number): Stage {
  const { channel, gates, network, of, onGate, record, service, signal } = performance;
  const progress = (): Progress => {
    const { bytesRead, bytesSent, bytesUnread, hasSentFin } = channel;
    return { bytesRead, bytesSent, bytesUnread, hasSentFin };
  };
  const ended = (who: string): Ending => {
    channel.close();
    return { reason: `${who} while the script was at "${explain(step)}"` };
  };
  return {
    channel,
    gates,
    network,
    signal,
    acceptedAtMs,
    onGate,
    progress,
    acknowledged: async () => {
      if (!network.isLosing(channel.tuple)) await channel.acknowledged();
    },
    serve: service.serve,
    talk() {
      if (service.talk) return service.talk;
      throw new Error(`"${explain(step)}" needs an upstream that understands messages`);
    },
    clientLeft() {
      record({ ...of, type: 'peer-eof' });
      return ended('the client closed');
    },
    finished: () => ended('the protocol ended the connection'),
    fired: (played) => record({ ...of, ...firedEvent(step, played ?? {}, progress) }),
  };
}

function firedEvent(step: Step, played: Played, progress: () => Progress) {
  const { receipts = [], waitedMs, before = progress(), text = explain(step) } = played;
  const { bytesRead, bytesSent, bytesUnread } = before;
  return {
    type: 'fired' as const,
    step: step.kind,
    text,
    bytesRead,
    bytesSent,
    bytesUnread,
    ...(waitedMs !== undefined && { waitedMs }),
    receipts: [...receipts],
  };
}
