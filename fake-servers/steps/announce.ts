/** A server that says how long it keeps a silent connection. */
import { z } from 'zod';
import { digestOf } from '../../harness/keys.ts';
import { type Definition, dataReceipt, transports } from './definition.ts';
import { checked, idleLimitMs } from './numbers.ts';

const schema = z.strictObject({
  kind: z.literal('announce-idle'),
  idleMs: idleLimitMs,
});
export type AnnounceIdleStep = z.infer<typeof schema>;

/**
 * Answers one request and says in it for how long the server keeps a silent connection, in the units of
 * the protocol, rounded down; 0 asks for no more requests on it. DNS: edns-tcp-keepalive, RFC 7828
 * section 3.1, whether the client asked or not. HTTP: `Keep-Alive: timeout`, and `Connection: close` for 0.
 */
export const announceIdle = ({ ms }: { ms: number }): AnnounceIdleStep =>
  checked('announceIdle', schema, { kind: 'announce-idle', idleMs: ms });

export const announceIdleDefinition: Definition<AnnounceIdleStep> = {
  kind: 'announce-idle',
  summary: 'answers one request and says how long a silent connection is kept; 0: no more requests',
  code: 'announceIdle({ ms: 10000 })',
  forms: [{ words: 'answer a request and announce an idle limit of {idleMs:ms}' }],
  schema,
  level: 'message',
  transports: transports.tcp,
  needs: 'idle-limit',
  isFault: false,
  proof: 'a segment of just these bytes',
  example: { kind: 'announce-idle', idleMs: 10_000 },
  async perform(stage, { idleMs }) {
    const talk = stage.talk();
    const response = await talk.execute();
    if (!response) return talk.isOver ? stage.finished() : stage.clientLeft();
    const announced = talk.conversation.announcingIdle?.(response, idleMs) ?? response;
    talk.served(response);
    const bytes = await talk.sealed(announced.bytes);
    const before = stage.progress();
    await stage.channel.send(bytes);
    stage.fired({ before, receipts: [dataReceipt(before, bytes, digestOf(bytes))] });
    return 'done';
  },
};
