/** A connection that the server ends of its own accord: at its idle limit, or as the protocol has it. */
import { z } from 'zod';
import { msSince, nowUs } from '../../kernel/clock.ts';
import { type Definition, transports } from './definition.ts';

const schema = z.strictObject({ kind: z.literal('server-closes') });
export type ServerClosesStep = z.infer<typeof schema>;

/**
 * Serves until the server ends the connection: a real one behind the script, whose FIN or RST is passed
 * on, or a fake one as its protocol has it (`Connection: close`, QUIT), which sends FIN.
 */
export const serverCloses = (): ServerClosesStep => ({ kind: 'server-closes' });

export const serverClosesDefinition: Definition<ServerClosesStep> = {
  kind: 'server-closes',
  summary: 'serves until the server ends the connection of its own accord: at its idle limit, say',
  code: 'serverCloses()',
  forms: [{ words: 'serve until the server closes' }],
  schema,
  level: 'connection',
  transports: transports.tcp,
  needs: 'closes',
  isFault: true,
  proof: 'FIN, or RST, at the sequence number after what was sent',
  example: { kind: 'server-closes' },
  async perform(stage) {
    const { channel } = stage;
    const startedUs = nowUs();
    const start = stage.progress();
    // A limit that is never reached makes the end of this direction one that is told.
    const served = await stage.serve({
      bytesSentMax: Number.MAX_SAFE_INTEGER,
      signal: stage.signal,
    });
    if (served === 'client left') return stage.clientLeft();
    if (served === 'stopped') return { reason: 'the run was over before the server closed' };
    if (!channel.isClosed && !channel.hasSentFin) {
      await stage.acknowledged();
      channel.halfClose();
    }
    const { bytesRead, bytesSent, isClosed } = channel;
    stage.fired({
      before: isClosed ? { ...start, bytesRead, bytesSent } : stage.progress(),
      waitedMs: msSince(startedUs),
      receipts: [{ segment: isClosed ? 'RST' : 'FIN', relativeSeq: 1 + bytesSent, length: 0 }],
    });
    return 'done';
  },
};
