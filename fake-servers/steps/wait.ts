/** Waiting: nothing is read and nothing is answered meanwhile. */
import { setTimeout as afterMs } from 'node:timers/promises';
import { z } from 'zod';
import { msSince, nowUs } from '../../kernel/clock.ts';
import type { Channel } from '../channel.ts';
import { type Definition, noProof, transports } from './definition.ts';
import { checked, durationMs, someText } from './numbers.ts';

const untilIdleSchema = z.strictObject({ kind: z.literal('until-idle'), ms: durationMs });
export type UntilIdleStep = z.infer<typeof untilIdleSchema>;

/** Waits until nothing was received for this long. */
export const untilIdle = ({ ms }: { ms: number }): UntilIdleStep =>
  checked('untilIdle', untilIdleSchema, { kind: 'until-idle', ms });

export const untilIdleDefinition: Definition<UntilIdleStep> = {
  kind: 'until-idle',
  summary: 'waits until nothing was received for this long, and answers nothing meanwhile',
  code: 'untilIdle({ ms: 20 })',
  forms: [{ words: 'wait until idle for {ms:ms}' }],
  schema: untilIdleSchema,
  level: 'connection',
  transports: transports.any,
  isFault: false,
  proof: noProof,
  example: { kind: 'until-idle', ms: 20 },
  async perform(stage, { ms }) {
    const startedUs = nowUs();
    await stage.acknowledged();
    await idle(stage.channel, ms, stage.signal);
    stage.fired({ waitedMs: msSince(startedUs) });
    return 'done';
  },
};

/** Silence is measured by what arrives, not by what is read: unread bytes break it too. */
async function idle(channel: Channel, ms: number, signal: AbortSignal): Promise<void> {
  let before: number;
  do {
    before = channel.bytesUnread;
    await afterMs(ms, undefined, { signal });
  } while (channel.bytesUnread !== before);
}

const untilGateSchema = z.strictObject({ kind: z.literal('until-gate'), gate: someText });
export type UntilGateStep = z.infer<typeof untilGateSchema>;

/** Waits until the workload opens the gate of this name. */
export const untilGate = (gate: string): UntilGateStep =>
  checked('untilGate', untilGateSchema, { kind: 'until-gate', gate });

export const untilGateDefinition: Definition<UntilGateStep> = {
  kind: 'until-gate',
  summary: 'waits until the gate of this name is opened, and answers nothing meanwhile',
  code: "untilGate('go')",
  forms: [{ words: 'wait for the gate {gate:text}' }],
  schema: untilGateSchema,
  level: 'connection',
  transports: transports.any,
  isFault: false,
  proof: noProof,
  example: { kind: 'until-gate', gate: 'go' },
  async perform(stage, { gate }) {
    // All that was sent is acknowledged before the gate counts as reached, so that the step after it
    // can be played in the same tick in which the gate is opened.
    const startedUs = nowUs();
    await stage.acknowledged();
    const waitedMs = msSince(startedUs);
    const passed = stage.gates.pass(gate);
    stage.onGate(gate);
    await passed;
    if (stage.signal.aborted) return { reason: `the gate "${gate}" was never opened` };
    stage.fired({ waitedMs });
    return 'done';
  },
};

const delaySchema = z.strictObject({ kind: z.literal('delay'), ms: durationMs });
export type DelayStep = z.infer<typeof delaySchema>;

/** Does nothing for this long, whatever the client says. */
export const delay = (ms: number): DelayStep =>
  checked('delay', delaySchema, { kind: 'delay', ms });

export const delayDefinition: Definition<DelayStep> = {
  kind: 'delay',
  summary: 'does nothing for this long, whatever the client says',
  code: 'delay(50)',
  forms: [{ words: 'do nothing for {ms:ms}' }],
  schema: delaySchema,
  level: 'connection',
  transports: transports.any,
  isFault: true,
  proof: 'no byte of the upstream in that time',
  example: { kind: 'delay', ms: 50 },
  async perform(stage, { ms }) {
    const fromUs = nowUs();
    await afterMs(ms, undefined, { signal: stage.signal });
    const receipts = [{ segment: 'SILENCE', fromUs, toUs: nowUs() } as const];
    stage.fired({ receipts, waitedMs: msSince(fromUs) });
    return 'done';
  },
};
