/** Bytes that nobody asked for. */
import { z } from 'zod';
import { digestOf } from '../../harness/keys.ts';
import { type Definition, dataReceipt, type Ending, type Stage, transports } from './definition.ts';
import { checked, someText } from './numbers.ts';

const sendSchema = z.strictObject({ kind: z.literal('send'), text: someText });
export type SendStep = z.infer<typeof sendSchema>;

/** Sends these bytes (UTF-8) that nobody asked for. */
export const send = (text: string): SendStep => checked('send', sendSchema, { kind: 'send', text });

export const sendDefinition: Definition<SendStep> = {
  kind: 'send',
  summary: 'sends these bytes (UTF-8) that nobody asked for',
  code: "send('x')",
  forms: [{ words: 'send {text:text} unasked' }],
  schema: sendSchema,
  level: 'connection',
  transports: transports.any,
  isFault: true,
  proof: 'a segment of just these bytes at the sequence number after what was sent',
  example: { kind: 'send', text: 'x' },
  perform: (stage, { text }) => sendUnasked(stage, () => Buffer.from(text)),
};

const pushSchema = z.strictObject({ kind: z.literal('push') });
export type PushStep = z.infer<typeof pushSchema>;

/** Sends a message that the protocol lets a server send unasked: a client must stay healthy. */
export const push = (): PushStep => ({ kind: 'push' });

export const pushDefinition: Definition<PushStep> = {
  kind: 'push',
  summary: 'sends a message that the protocol lets a server send unasked',
  code: 'push()',
  forms: [{ words: 'push a message that the protocol allows' }],
  schema: pushSchema,
  level: 'message',
  transports: transports.any,
  needs: 'push',
  isFault: true,
  proof: 'a segment of just these bytes at the sequence number after what was sent',
  example: { kind: 'push' },
  perform: (stage) =>
    sendUnasked(stage, async () => sealed(stage, await stage.talk().conversation.push?.())),
};

const farewellSchema = z.strictObject({ kind: z.literal('farewell') });
export type FarewellStep = z.infer<typeof farewellSchema>;

/** Sends what a server of the protocol sends before it closes an idle connection, and does not close. */
export const farewell = (): FarewellStep => ({ kind: 'farewell' });

export const farewellDefinition: Definition<FarewellStep> = {
  kind: 'farewell',
  summary: 'sends what a server of the protocol sends before it closes an idle connection',
  code: 'farewell()',
  forms: [{ words: 'say farewell as the protocol does' }],
  schema: farewellSchema,
  level: 'message',
  transports: transports.any,
  needs: 'farewell',
  isFault: true,
  proof: 'a segment of just these bytes at the sequence number after what was sent',
  example: { kind: 'farewell' },
  perform: (stage) =>
    sendUnasked(stage, async () => sealed(stage, await stage.talk().conversation.farewell?.())),
};

const closeNotifySchema = z.strictObject({ kind: z.literal('close-notify') });
export type CloseNotifyStep = z.infer<typeof closeNotifySchema>;

/** Sends the TLS alert close_notify (RFC 8446 section 6.1). Without it, a close is a truncation. */
export const closeNotify = (): CloseNotifyStep => ({ kind: 'close-notify' });

export const closeNotifyDefinition: Definition<CloseNotifyStep> = {
  kind: 'close-notify',
  summary: 'sends the TLS alert close_notify; a close without it is a truncation',
  code: 'closeNotify()',
  forms: [{ words: 'send close_notify' }],
  schema: closeNotifySchema,
  level: 'message',
  transports: transports.tcp,
  needs: 'close-notify',
  isFault: true,
  proof: 'a segment of just these bytes at the sequence number after what was sent',
  example: { kind: 'close-notify' },
  perform: (stage) => sendUnasked(stage, () => stage.talk().conversation.closeNotify?.()),
};

type Unasked = Promise<Buffer | undefined> | Buffer | undefined;

async function sealed(stage: Stage, bytes: Buffer | undefined): Promise<Buffer | undefined> {
  return bytes && stage.talk().sealed(bytes);
}

/** Recorded when the kernel has taken the bytes: a client that is gone by then got none. */
async function sendUnasked(stage: Stage, make: () => Unasked): Promise<Ending> {
  let bytes: Buffer | undefined;
  try {
    bytes = await make();
  } catch (error) {
    // What the protocol allows may depend on what was agreed on with the client.
    if (error instanceof TypeError) return { reason: error.message };
    throw error;
  }
  if (!bytes || bytes.length === 0) return { reason: 'the protocol has nothing to send here' };
  const before = stage.progress();
  await stage.channel.send(bytes);
  stage.fired({ before, receipts: [dataReceipt(before, bytes, digestOf(bytes))] });
  return 'done';
}
