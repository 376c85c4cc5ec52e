/** A network that loses packets: what a middlebox, a cable or a dead host does. */
import { z } from 'zod';
import { msSince, nowUs } from '../../kernel/clock.ts';
import { prepareLoss } from '../network.ts';
import { type Definition, transports } from './definition.ts';
import { checked } from './numbers.ts';

const sides = z.enum(['client', 'upstream', 'both']);
const flags = z.enum(['FIN', 'RST']);
const schema = z.strictObject({
  kind: z.literal('vanish'),
  from: sides,
  only: flags.optional(),
});
export type VanishStep = z.infer<typeof schema>;

/**
 * From now on packets of this connection are lost: of both sides, or of one, all or only those with
 * FIN or RST. Needs a network namespace of the run's own and libnftables(3).
 */
export const vanish = (
  loss: { from?: 'client' | 'upstream' | 'both'; only?: 'FIN' | 'RST' } = {},
): VanishStep => {
  const { from = 'both', only, ...others } = loss;
  return checked('vanish', schema, { kind: 'vanish', from, ...(only && { only }), ...others });
};

export const vanishDefinition: Definition<VanishStep> = {
  kind: 'vanish',
  summary: 'from now on packets are lost: of both sides or one, all or only FIN or RST',
  code: "vanish(), vanish({ from: 'upstream' }), vanish({ from: 'client', only: 'FIN' })",
  forms: [
    { words: 'lose every packet', implies: { from: 'both' } },
    { words: 'lose every packet of the client', implies: { from: 'client' } },
    { words: 'lose every packet of the upstream', implies: { from: 'upstream' } },
    ...(['both', 'client', 'upstream'] as const).flatMap((from) =>
      (['FIN', 'RST'] as const).map((only) => ({
        words: `lose every ${only} of ${from === 'both' ? 'both sides' : `the ${from}`}`,
        implies: { from, only },
      })),
    ),
  ],
  schema,
  level: 'connection',
  transports: transports.tcp,
  isFault: true,
  proof: 'a segment that was captured and that the other side never answers',
  example: { kind: 'vanish', from: 'both' },
  prepare: prepareLoss,
  async perform(stage, { from, only }) {
    const startedUs = nowUs();
    await stage.acknowledged();
    const waitedMs = msSince(startedUs);
    stage.network.lose(stage.channel.tuple, { from, ...(only && { only }) });
    stage.fired({
      waitedMs,
      receipts: [{ segment: 'LOST', from, fromUs: nowUs(), ...(only && { flag: only }) }],
    });
    return 'done';
  },
};

const returnSchema = z.strictObject({ kind: z.literal('come-back') });
export type ComeBackStep = z.infer<typeof returnSchema>;

/** Packets of this connection are delivered again. */
export const comeBack = (): ComeBackStep => ({ kind: 'come-back' });

export const comeBackDefinition: Definition<ComeBackStep> = {
  kind: 'come-back',
  summary: 'packets of the connection are delivered again',
  code: 'comeBack()',
  forms: [{ words: 'deliver packets again' }],
  schema: returnSchema,
  level: 'connection',
  transports: transports.tcp,
  isFault: false,
  proof: 'what was lost before it is answered after it',
  example: { kind: 'come-back' },
  async perform(stage) {
    stage.network.restore(stage.channel.tuple);
    stage.fired();
    return 'done';
  },
};
