/** Flow control: an upstream that stops reading, and reads again (RFC 9293 section 3.8.6). */
import { z } from 'zod';
import { msSince, nowUs } from '../../kernel/clock.ts';
import { type Definition, transports } from './definition.ts';

const stopSchema = z.strictObject({ kind: z.literal('stop-reading') });
export type StopReadingStep = z.infer<typeof stopSchema>;

/** Reads nothing until the client has filled the receive buffer: the window is zero then. */
export const stopReading = (): StopReadingStep => ({ kind: 'stop-reading' });

export const stopReadingDefinition: Definition<StopReadingStep> = {
  kind: 'stop-reading',
  summary:
    'reads nothing until the client has filled the receive buffer, so that the window is zero',
  code: 'stopReading()',
  forms: [{ words: 'stop reading until the window is zero' }],
  schema: stopSchema,
  level: 'connection',
  transports: transports.tcp,
  isFault: true,
  proof: 'a segment of the upstream with a window of 0',
  example: { kind: 'stop-reading' },
  async perform(stage) {
    const startedUs = nowUs();
    // A client that is quick has filled the buffer before the step begins: what counts is the last read.
    const unreadForMs = performance.now() - stage.channel.movedAtMs;
    await stage.channel.windowClosed(stage.signal);
    stage.fired({
      receipts: [{ segment: 'ZERO-WINDOW', fromUs: Math.floor(startedUs - unreadForMs * 1000) }],
      waitedMs: msSince(startedUs),
    });
    return 'done';
  },
};

const resumeSchema = z.strictObject({ kind: z.literal('resume-reading') });
export type ResumeReadingStep = z.infer<typeof resumeSchema>;

/** Reads what is in the receive buffer and throws it away, so that the window opens again. */
export const resumeReading = (): ResumeReadingStep => ({ kind: 'resume-reading' });

export const resumeReadingDefinition: Definition<ResumeReadingStep> = {
  kind: 'resume-reading',
  summary: 'reads all that waits and throws it away, so that the window opens again',
  code: 'resumeReading()',
  forms: [{ words: 'resume reading and throw away what waited' }],
  schema: resumeSchema,
  level: 'connection',
  transports: transports.tcp,
  isFault: false,
  proof: 'a segment of the upstream with a window of more than 0 after one of 0',
  example: { kind: 'resume-reading' },
  async perform(stage) {
    const fromUs = nowUs();
    const before = stage.progress();
    stage.channel.discardUnread();
    stage.fired({ before, receipts: [{ segment: 'WINDOW', fromUs }] });
    return 'done';
  },
};
