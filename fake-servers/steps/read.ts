import { z } from 'zod';
import { type Definition, noProof, transports } from './definition.ts';
import { checked, positive } from './numbers.ts';

const schema = z.strictObject({ kind: z.literal('read'), bytes: positive });
export type ReadStep = z.infer<typeof schema>;

/** Reads exactly this many bytes and leaves whatever follows unread in the kernel. */
export const read = (bytes: number): ReadStep => checked('read', schema, { kind: 'read', bytes });

export const readDefinition: Definition<ReadStep> = {
  kind: 'read',
  summary: 'reads exactly this many bytes and leaves what follows unread in the kernel',
  code: 'read(10)',
  forms: [{ words: 'read exactly {bytes:byte} and leave the rest unread' }],
  schema,
  level: 'connection',
  transports: transports.tcp,
  isFault: false,
  proof: noProof,
  example: { kind: 'read', bytes: 3 },
  async perform(stage, { bytes }) {
    for (let missing = bytes; missing > 0; ) {
      const part = await stage.channel.readSome(missing);
      if (!part) return stage.clientLeft();
      missing -= part.length;
    }
    stage.fired();
    return 'done';
  },
};
