/** Plays one script on one connection, step by step, and records what it did. */
import { setTimeout as afterMs } from 'node:timers/promises';
import type { Unstamped, UpstreamEvent } from '../harness/event.ts';
import { nowUs } from '../kernel/clock.ts';
import { SystemCallError } from '../kernel/tcp-socket.ts';
import type { Channel } from './channel.ts';
import type { Gates } from './gates.ts';
import type { Protocol, Response } from './protocols/protocol.ts';
import { explain, isFault, type Progress, receiptOf, type Step } from './step.ts';

export type Record = (event: Unstamped<UpstreamEvent>) => void;

export interface Performance {
  channel: Channel;
  /** Which accepted connection this is, counted from 1. */
  ordinal: number;
  steps: readonly Step[];
  protocol: Protocol;
  gates: Gates;
  record: Record;
  /** Aborted when the upstream stops: waits end, and what is left is recorded as not fired. */
  signal: AbortSignal;
  /** Called before a step that waits for a gate, when everything before it is done. */
  onGate: (gate: string) => void;
}

/** Why the rest of a script is not played. */
type Ending = 'done' | { reason: string };

/** Never throws: what goes wrong on a connection is an event of that connection. */
export async function play(performance: Performance): Promise<void> {
  const { channel, ordinal, steps, record } = performance;
  const of = { source: 'upstream', tuple: channel.tuple, ordinal } as const;
  for (const [index, step] of steps.entries()) {
    const ending = await perform(performance, step);
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

async function perform(performance: Performance, step: Step): Promise<Ending> {
  const { channel, ordinal, record, signal } = performance;
  const of = { source: 'upstream', tuple: channel.tuple, ordinal } as const;
  try {
    if (signal.aborted) return { reason: 'the run was over before it was reached' };
    return await performOn(performance, step);
  } catch (error) {
    if (signal.aborted || channel.isClosed) {
      return { reason: `the run was over while the script was at "${explain(step)}"` };
    }
    if (!(error instanceof SystemCallError)) throw error;
    record({ ...of, type: 'peer-error', error: error.code });
    channel.close();
    return { reason: `${error.message} while the script was at "${explain(step)}"` };
  }
}

async function performOn(performance: Performance, step: Step): Promise<Ending> {
  const { channel, gates, onGate, signal } = performance;
  switch (step.kind) {
    case 'answer': {
      for (let served = 0; step.count === 'all' || served < step.count; served++) {
        const response = await nextResponse(performance);
        if (!response) return clientLeft(performance, step);
        await respond(performance, response);
      }
      fired(performance, step);
      return 'done';
    }
    case 'read': {
      const bytes = await channel.readExactly(step.bytes);
      if (!bytes) return clientLeft(performance, step);
      fired(performance, step);
      return 'done';
    }
    case 'send-response': {
      const response = await nextResponse(performance);
      if (!response) return clientLeft(performance, step);
      if (response.bytes.length < step.bytes) {
        return {
          reason: `the response has ${response.bytes.length} bytes, the script wants the first ${step.bytes}`,
        };
      }
      await sendOf(performance, step, response.bytes.subarray(0, step.bytes));
      return 'done';
    }
    case 'send': {
      await sendOf(performance, step, Buffer.from(step.text));
      return 'done';
    }
    case 'half-close':
    case 'close':
    case 'reset':
      return breakConnection(performance, step);
    case 'until-idle': {
      const startedUs = nowUs();
      await channel.acknowledged();
      await idle(channel, step.ms, signal);
      fired(performance, step, startedUs);
      return 'done';
    }
    case 'until-gate': {
      // All that was sent is acknowledged before the gate counts as reached, so that the step after
      // it can be played in the same tick in which the gate is opened.
      await channel.acknowledged();
      const passed = gates.pass(step.gate);
      onGate(step.gate);
      await passed;
      if (signal.aborted) return { reason: `the gate "${step.gate}" was never opened` };
      fired(performance, step);
      return 'done';
    }
  }
}

/** Recorded when the kernel has taken the bytes: a client that is gone by then got none. */
async function sendOf(performance: Performance, step: Step, bytes: Buffer): Promise<void> {
  const before = progressOf(performance.channel);
  await performance.channel.send(bytes);
  fired(performance, step, undefined, before);
}

async function breakConnection(
  performance: Performance,
  step: Extract<Step, { kind: 'half-close' | 'close' | 'reset' }>,
): Promise<Ending> {
  const { channel } = performance;
  const startedUs = nowUs();
  // A client's kernel may put off an acknowledgement for 40 ms and more, RFC 9293 section 3.8.6.3.
  await channel.acknowledged();
  // What the receipt promises is read off the connection while there is one.
  const before = progressOf(channel);
  switch (step.kind) {
    case 'half-close':
      channel.halfClose();
      break;
    case 'close':
      channel.close();
      break;
    case 'reset':
      channel.reset();
      break;
  }
  fired(performance, step, startedUs, before);
  return 'done';
}

async function nextResponse({
  channel,
  ordinal,
  protocol,
  record,
}: Performance): Promise<(Response & { key: string }) | undefined> {
  const request = await protocol.readRequest(channel);
  if (!request) return undefined;
  const { key } = request;
  record({
    source: 'upstream',
    tuple: channel.tuple,
    ordinal,
    type: 'received',
    key,
    bytes: request.bytes.length,
  });
  return { key, ...protocol.respond(request) };
}

async function respond(
  { channel, ordinal, record }: Performance,
  { key, answer, bytes }: Response & { key: string },
): Promise<void> {
  // Recorded first: the client may have the answer before the call returns.
  record({
    source: 'upstream',
    tuple: channel.tuple,
    ordinal,
    type: 'served',
    key,
    answer,
    bytes: bytes.length,
  });
  await channel.send(bytes);
}

function clientLeft({ channel, ordinal, record }: Performance, step: Step): Ending {
  record({ source: 'upstream', tuple: channel.tuple, ordinal, type: 'peer-eof' });
  channel.close();
  return { reason: `the client closed while the script was at "${explain(step)}"` };
}

function progressOf(channel: Channel): Progress & { bytesRead: number } {
  const { bytesRead, bytesSent, bytesUnread, hasSentFin } = channel;
  return { bytesRead, bytesSent, bytesUnread, hasSentFin };
}

/** @param waitingSinceUs Set by steps that wait of themselves, not for the client. */
function fired(
  { channel, ordinal, record }: Performance,
  step: Step,
  waitingSinceUs?: number,
  progress = progressOf(channel),
): void {
  const { bytesRead, bytesSent, bytesUnread } = progress;
  const receipt = receiptOf(step, progress);
  record({
    source: 'upstream',
    tuple: channel.tuple,
    ordinal,
    type: 'fired',
    step: step.kind,
    // What close(2) sends depends on what is unread, so it is told only now.
    text: step.kind === 'close' ? `close (${receipt?.segment ?? 'no segment'})` : explain(step),
    bytesRead,
    bytesSent,
    bytesUnread,
    ...(waitingSinceUs !== undefined && { waitedMs: (nowUs() - waitingSinceUs) / 1000 }),
    ...(receipt && { receipt }),
  });
}

/** Silence is measured by what arrives, not by what is read: unread bytes break it too. */
async function idle(channel: Channel, ms: number, signal: AbortSignal): Promise<void> {
  let before: number;
  do {
    before = channel.bytesUnread;
    await afterMs(ms, undefined, { signal });
  } while (channel.bytesUnread !== before);
}
