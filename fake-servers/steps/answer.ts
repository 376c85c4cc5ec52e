import { z } from 'zod';
import { noLimit } from '../limit.ts';
import { type Definition, noProof, transports } from './definition.ts';
import { checked, positive } from './numbers.ts';

const schema = z.strictObject({
  kind: z.literal('answer'),
  count: z.union([positive, z.literal('all')]),
});
export type AnswerStep = z.infer<typeof schema>;

/** Answers this many requests, one after the other. */
export const answer = (count: number): AnswerStep =>
  checked('answer', schema, { kind: 'answer', count });

/** Answers every request until the client closes. */
export const answerAll = (): AnswerStep => ({ kind: 'answer', count: 'all' });

export const answerDefinition: Definition<AnswerStep> = {
  kind: 'answer',
  summary: 'answers this many requests, or every request until the client closes',
  code: 'answer(2), answerAll()',
  forms: [
    { words: 'answer every request', implies: { count: 'all' } },
    { words: 'answer {count:request}' },
  ],
  schema,
  level: ({ count }) => (count === 'all' ? 'connection' : 'message'),
  transports: transports.any,
  isFault: false,
  proof: noProof,
  example: { kind: 'answer', count: 'all' },
  async perform(stage, { count }) {
    if (count === 'all') {
      const served = await stage.serve(noLimit);
      return served === 'client left' ? stage.clientLeft() : stage.finished();
    }
    const talk = stage.talk();
    for (let served = 0; served < count; served++) {
      const response = await talk.execute();
      if (!response) return talk.isOver ? stage.finished() : stage.clientLeft();
      await talk.answer(response);
    }
    stage.fired();
    return 'done';
  },
};
