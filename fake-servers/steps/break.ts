/** What ends a connection, or one direction of it: FIN and RST at an exact byte. */
import { z } from 'zod';
import type { Receipt } from '../../harness/event.ts';
import { msSince, nowUs } from '../../kernel/clock.ts';
import {
  type Definition,
  type Ending,
  type Progress,
  type Stage,
  transports,
} from './definition.ts';

const halfCloseSchema = z.strictObject({ kind: z.literal('half-close') });
export type HalfCloseStep = z.infer<typeof halfCloseSchema>;

/** shutdown(SHUT_WR): sends FIN and goes on reading. */
export const halfClose = (): HalfCloseStep => ({ kind: 'half-close' });

export const halfCloseDefinition: Definition<HalfCloseStep> = {
  kind: 'half-close',
  summary: 'shutdown(SHUT_WR): sends FIN and goes on reading',
  code: 'halfClose()',
  forms: [{ words: 'half-close (FIN, go on reading)' }],
  schema: halfCloseSchema,
  level: 'connection',
  transports: transports.tcp,
  isFault: true,
  proof: 'FIN at the sequence number after what was sent, acknowledged data before it',
  example: { kind: 'half-close' },
  perform: (stage) =>
    breakOff(stage, {
      act: () => stage.channel.halfClose(),
      receiptOf: ({ bytesSent }) => ({ segment: 'FIN', relativeSeq: 1 + bytesSent, length: 0 }),
    }),
};

const closeSchema = z.strictObject({ kind: z.literal('close') });
export type CloseStep = z.infer<typeof closeSchema>;

/** close(2): FIN, or RST when the client's bytes are still unread (RFC 1122 section 4.2.2.13). */
export const close = (): CloseStep => ({ kind: 'close' });

export const closeDefinition: Definition<CloseStep> = {
  kind: 'close',
  summary: 'close(2): FIN, or RST when bytes of the client are unread',
  code: 'close()',
  forms: [{ words: 'close' }],
  schema: closeSchema,
  level: 'connection',
  transports: transports.tcp,
  isFault: true,
  endsConnection: true,
  proof: 'FIN, or RST, at the sequence number after what was sent, acknowledged data before it',
  example: { kind: 'close' },
  perform: (stage) =>
    breakOff(stage, {
      act: () => stage.channel.close(),
      receiptOf: closeReceipt,
      // What close(2) sends depends on what is unread, so it is told only then.
      textOf: (receipt) => `close (${receipt?.segment ?? 'no segment'})`,
    }),
};

function closeReceipt(progress: Progress): Receipt | undefined {
  const { bytesSent, bytesUnread, hasSentFin } = progress;
  if (bytesUnread > 0) return resetReceipt(progress);
  // The FIN of a half-close before it was the last segment there is to send.
  return hasSentFin ? undefined : { segment: 'FIN', relativeSeq: 1 + bytesSent, length: 0 };
}

const resetSchema = z.strictObject({ kind: z.literal('reset') });
export type ResetStep = z.infer<typeof resetSchema>;

/** RST at once, by close(2) with a zero SO_LINGER. */
export const reset = (): ResetStep => ({ kind: 'reset' });

export const resetDefinition: Definition<ResetStep> = {
  kind: 'reset',
  summary: 'sends RST: close(2) with a SO_LINGER of zero',
  code: 'reset()',
  forms: [{ words: 'reset (RST)' }],
  schema: resetSchema,
  level: 'connection',
  transports: transports.tcp,
  isFault: true,
  endsConnection: true,
  proof: 'RST at the sequence number after what was sent, acknowledged data before it',
  example: { kind: 'reset' },
  perform: (stage) =>
    breakOff(stage, { act: () => stage.channel.reset(), receiptOf: resetReceipt }),
};

/** A FIN takes a sequence number of its own, RFC 9293 section 3.4. */
function resetReceipt({ bytesSent, hasSentFin }: Progress): Receipt {
  return { segment: 'RST', relativeSeq: 1 + bytesSent + Number(hasSentFin), length: 0 };
}

interface Break {
  act: () => void;
  receiptOf: (before: Progress) => Receipt | undefined;
  textOf?: (receipt: Receipt | undefined) => string;
}

async function breakOff(stage: Stage, { act, receiptOf, textOf }: Break): Promise<Ending> {
  const startedUs = nowUs();
  // A client's kernel may put off an acknowledgement for 40 ms and more, RFC 9293 section 3.8.6.3.
  await stage.acknowledged();
  // What the receipt promises is read off the connection while there is one.
  const before = stage.progress();
  const receipt = receiptOf(before);
  act();
  stage.fired({
    before,
    receipts: receipt ? [receipt] : [],
    waitedMs: msSince(startedUs),
    ...(textOf && { text: textOf(receipt) }),
  });
  return 'done';
}
